#!/bin/sh
# fetch.sh DIR - Debian's kernel for the i386 and a shell for it.
#
# Fetches the packages, if DIR doesn't have them, with lists of packages of its own: the system
# needs to know nothing of the i386. Leaves in DIR: vmlinuz as it comes, and tree/bin with busybox
# and its names.
set -eu

mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
cd "$1"
dir=$(pwd)
APT_CONFIG=$dir/apt.conf
export APT_CONFIG
cat >apt.conf <<END
APT::Architecture "i386";
APT::Architectures { "i386"; };
APT::Sandbox::User "root";
Dir::State::Lists "$dir/lists";
Dir::State::status "/dev/null";
Dir::Cache "$dir/cache";
END
if [ ! -f packages ]; then
    apt-get -q update >&2 || echo "fetch.sh: some lists are missing" >&2
    kernel=$(apt-cache depends linux-image-686 | sed -n 's/^ *Depends: *//p' | head -n 1)
    apt-get -q download "$kernel" busybox-static >&2
    ls ./*.deb >packages
fi
rm -rf root tree
while read -r deb; do
    dpkg -x "$deb" root
done <packages
mv root/boot/vmlinuz-* vmlinuz
mkdir -p tree/bin tree/proc tree/dev
cp root/bin/busybox tree/bin
for name in $(tree/bin/busybox --list); do
    [ "$name" = busybox ] || ln -s busybox "tree/bin/$name"
done
rm -rf root
