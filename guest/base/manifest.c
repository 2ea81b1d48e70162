/* manifest.c: finds a device in the manifest that the monitor filled in. */
#include "base.h"

/* One bit for each device that was acquired. */
static uint64_t acquired;

const struct mft_entry *manifest_device(uint64_t handle, uint32_t type)
{
    const struct mft *mft = boot_info->mft;

    if (handle >= mft->entries || mft->e[handle].type != type || !mft->e[handle].attached)
        return NULL;
    return &mft->e[handle];
}

const struct mft_entry *manifest_acquire(const char *name, uint32_t type, uint64_t *handle)
{
    const struct mft *mft = boot_info->mft;

    for (uint64_t i = 0; i < mft->entries; i++) {
        const struct mft_entry *entry = manifest_device(i, type);
        if (entry == NULL || strcmp(entry->name, name) != 0)
            continue;
        if (acquired >> i & 1)
            return NULL;
        acquired |= UINT64_C(1) << i;
        *handle = i;
        return entry;
    }
    return NULL;
}
