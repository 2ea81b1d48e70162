#!/bin/sh
# without-kvm.sh: runs a command where KVM cannot be used, and nobody else notices. Needs root. `without-kvm.sh HOW COMMAND…`
#
#   absent   there is no /dev/kvm
#   denied   /dev/kvm may not be opened, and the command is an ordinary user's (nobody's)
#   other    /dev/kvm is a device that knows nothing of KVM
set -eu

if [ "${MAYFLY_OWN_MOUNTS:-}" != "$$" ]; then
  # exec keeps the process id, so the second round knows itself.
  MAYFLY_OWN_MOUNTS=$$ exec unshare --mount "$0" "$@"
fi
unset MAYFLY_OWN_MOUNTS
how=$1
shift

case $how in
absent)
  # /dev anew, with everything but KVM: a device cannot be unmounted.
  dev=$(mktemp -d)
  mount -t tmpfs -o mode=755 mayfly-dev "$dev"
  for path in /dev/*; do
    name=${path#/dev/}
    if [ "$name" = kvm ]; then continue; fi
    if [ -L "$path" ]; then cp -P "$path" "$dev/$name"
    elif [ -d "$path" ]; then mkdir "$dev/$name" && mount --rbind "$path" "$dev/$name"
    else touch "$dev/$name" && mount --bind "$path" "$dev/$name"; fi
  done
  mount --rbind "$dev" /dev
  umount --lazy "$dev"
  rmdir "$dev"
  exec "$@"
  ;;
denied)
  locked=$(mktemp)
  chmod 000 "$locked"
  mount --bind "$locked" /dev/kvm
  rm "$locked"
  exec setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
  ;;
other)
  mount --bind /dev/null /dev/kvm
  exec "$@"
  ;;
*)
  echo "without-kvm: got $how, expected absent, denied or other" >&2
  exit 1
  ;;
esac
