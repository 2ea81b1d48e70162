/* net.c: network devices, one hypercall a frame. */
#include "base.h"

solo5_result_t solo5_net_acquire(const char *name, solo5_handle_t *handle, struct solo5_net_info *info)
{
    const struct mft_entry *entry = manifest_acquire(name, MFT_DEV_NET_BASIC, handle);

    if (entry == NULL)
        return SOLO5_R_EINVAL;
    memcpy(info->mac_address, entry->u.net_basic.mac, SOLO5_NET_ALEN);
    info->mtu = entry->u.net_basic.mtu;
    return SOLO5_R_OK;
}

solo5_result_t solo5_net_write(solo5_handle_t handle, const uint8_t *buf, size_t size)
{
    const struct mft_entry *entry = manifest_device(handle, MFT_DEV_NET_BASIC);
    struct hvt_hc_net_write write = { .handle = handle, .data = buf, .len = size };

    if (entry == NULL || size < SOLO5_NET_HLEN || size > entry->u.net_basic.mtu + (size_t)SOLO5_NET_HLEN)
        return SOLO5_R_EINVAL;
    mayfly_hypercall(HVT_HYPERCALL_NET_WRITE, &write);
    return (solo5_result_t)write.ret;
}

solo5_result_t solo5_net_read(solo5_handle_t handle, uint8_t *buf, size_t size, size_t *read_size)
{
    const struct mft_entry *entry = manifest_device(handle, MFT_DEV_NET_BASIC);
    struct hvt_hc_net_read read = { .handle = handle, .data = buf, .len = size };

    if (entry == NULL || size < entry->u.net_basic.mtu + (size_t)SOLO5_NET_HLEN)
        return SOLO5_R_EINVAL;
    mayfly_hypercall(HVT_HYPERCALL_NET_READ, &read);
    *read_size = read.len;
    return (solo5_result_t)read.ret;
}
