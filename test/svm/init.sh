#!/bin/busybox sh
# init.sh: the emulated machine's first process. Makes the host's own file system the root, read-only below and
# writable above, loads KVM, and runs the tests there. Sources /job.sh: NODE, RUNNER, PROJECT, FILES.

b=/bin/busybox
. /job.sh

$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for module in /modules/*; do
  $b insmod "$module" || echo "init: insmod $module failed"
done

# The file system arrives over virtio and is read as it is needed: no disk image has to be made, and every path is
# the host's. What the tests write goes to memory and is gone with the machine.
$b mount -t 9p -o trans=virtio,version=9p2000.L,cache=loose,msize=512000,ro host /host || echo "init: no 9p"
$b mount -t tmpfs -o mode=755 tmpfs /layers
$b mkdir /layers/upper /layers/work
$b mount -t overlay -o lowerdir=/host,upperdir=/layers/upper,workdir=/layers/work overlay /root || echo "init: no overlay"
for folder in proc sys dev; do
  $b mount --bind /$folder /root/$folder
done
$b mkdir -p /root/dev/shm
$b mount -t tmpfs tmpfs /root/dev/shm
$b ip link set lo up
echo "init: ready"

# Results go to the second serial port, byte for byte; the kernel's messages keep the first.
$b stty raw -echo < /dev/ttyS1
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export HOME=/root TMPDIR=/tmp NO_COLOR=1 MAYFLY_TEST_SLOW_HOST=1 MAYFLY_TEST_EMULATED_CPU=1
# Whole VMs on the process machine gain nothing from another KVM, and would take as long again.
export MAYFLY_TEST_MACHINES="${MAYFLY_TEST_MACHINES:-kvm}"
$b chroot /root "$NODE" "$RUNNER" "$PROJECT" $FILES > /dev/ttyS1 < /dev/null || echo "init: the runner failed"

$b poweroff -f
