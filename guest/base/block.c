/* block.c: block devices. Whole blocks inside the device; the monitor checks again. */
#include "base.h"

static bool in_range(solo5_handle_t handle, solo5_off_t offset, size_t size)
{
    const struct mft_entry *entry = manifest_device(handle, MFT_DEV_BLOCK_BASIC);

    if (entry == NULL)
        return false;
    uint64_t capacity = entry->u.block_basic.capacity;
    uint64_t block_size = entry->u.block_basic.block_size;
    /* Compared this way round, no sum can overflow. */
    return size > 0 && offset % block_size == 0 && size % block_size == 0 && size <= capacity &&
           offset <= capacity - size;
}

solo5_result_t solo5_block_acquire(const char *name, solo5_handle_t *handle, struct solo5_block_info *info)
{
    const struct mft_entry *entry = manifest_acquire(name, MFT_DEV_BLOCK_BASIC, handle);

    if (entry == NULL)
        return SOLO5_R_EINVAL;
    info->capacity = entry->u.block_basic.capacity;
    info->block_size = entry->u.block_basic.block_size;
    return SOLO5_R_OK;
}

solo5_result_t solo5_block_write(solo5_handle_t handle, solo5_off_t offset, const uint8_t *buf, size_t size)
{
    struct hvt_hc_block_write write = { .handle = handle, .offset = offset, .data = buf, .len = size };

    if (!in_range(handle, offset, size))
        return SOLO5_R_EINVAL;
    mayfly_hypercall(HVT_HYPERCALL_BLOCK_WRITE, &write);
    return (solo5_result_t)write.ret;
}

solo5_result_t solo5_block_read(solo5_handle_t handle, solo5_off_t offset, uint8_t *buf, size_t size)
{
    struct hvt_hc_block_read read = { .handle = handle, .offset = offset, .data = buf, .len = size };

    if (!in_range(handle, offset, size))
        return SOLO5_R_EINVAL;
    mayfly_hypercall(HVT_HYPERCALL_BLOCK_READ, &read);
    return (solo5_result_t)read.ret;
}
