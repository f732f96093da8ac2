#!/bin/sh
# deps.sh - what Selkirk needs from Debian, and what each package is for.
#
# Installs what is missing and touches nothing (and needs no network) when nothing is. On a system
# without dpkg it only says what to look for. Not run by hand: `make` runs it before anything else,
# `make deps` runs it alone.
set -eu

packages='
    gcc                             the host compiler
    libc6-dev                       its headers
    make                            the only build system
    python3                         build scripts and lit
    libinih-dev                     presets are INI files
    liblz4-dev                      firmware images are packed with it
    libpng-dev                      pictures of the screen
    gcc-riscv64-unknown-elf         front end of the C compiler for the chip
    binutils-riscv64-unknown-elf    its assembler and linker
    gcc-multilib                    32-bit programs: x86 truth is the host processor
    seabios                         the guest that everything is measured by
    bochsbios                       another BIOS, for tests
    vgabios                         the BIOS of a display, likewise
    grub-common                     guests: GRUB, as a bootable image
    grub-pc-bin                     its parts for a PC
    xorriso                         CD images
    mtools                          FAT images
    isolinux                        guests: on a CD
    syslinux                        guests: on a FAT disk
    syslinux-common                 their modules
    ipxe                            guests: iPXE, as a bootable CD
    memtest86+                      guests: started as a kernel
    libmpfr-dev                     tests compare our floating point with it
    llvm-14-tools                   lit and FileCheck, which run the tests
'

if ! command -v dpkg-query >/dev/null 2>&1; then
    echo "deps: no dpkg here; these Debian packages are wanted:$packages" >&2
    exit 0
fi

missing=
while read -r name purpose; do
    [ -n "$name" ] || continue
    status=$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null || true)
    [ "$status" = 'install ok installed' ] && continue
    echo "deps: $name is missing ($purpose)" >&2
    missing="$missing $name"
done <<EOF
$packages
EOF

[ -n "$missing" ] || exit 0

run=
if [ "$(id -u)" != 0 ]; then
    if ! command -v sudo >/dev/null 2>&1; then
        echo "deps: become root and run: apt-get install$missing" >&2
        exit 1
    fi
    run=sudo
fi
DEBIAN_FRONTEND=noninteractive
export DEBIAN_FRONTEND
# shellcheck disable=SC2086
$run apt-get install -y --no-install-recommends $missing >&2 || {
    $run apt-get update >&2
    $run apt-get install -y --no-install-recommends $missing >&2
}
