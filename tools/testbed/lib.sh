# SPDX-License-Identifier: GPL-2.0-only
# Shared by the test bed's shell tools; sourced, with $testbed set to this directory.
# shellcheck shell=sh disable=SC2034 # the variables are for those who source this

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# The root is keyed by what goes into it, so that a changed package list never
# meets a stale root and two checkouts with the same list share one.
cache=${ENERGY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/energy}
root_key=$(cat "${testbed:?}/packages.root" "$testbed/mkroot" | sha256sum | cut -c1-12)
guest_key=$(cat "$testbed"/packages.root "$testbed/mkroot" "$testbed/mkguest" \
	"$testbed"/guest/* | sha256sum | cut -c1-12)
root_dir=$cache/root-$root_key
guest_dir=$cache/guest-$guest_key

mirror=${ENERGY_MIRROR:-http://deb.debian.org/debian}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg

# pack TREE OUT: a read-only ext4 image. ext4 and not a compressed file
# system, because an emulated CPU decompresses ten times slower than a real one.
pack() {
	kib=$(du -sk "$1" | cut -f1)
	mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$1" "$2" "$((kib + kib / 8 + 16384))k"
}

# add_inits DIR: to an initramfs, its init and what that leaves in the guest.
add_inits() {
	for file in init guest-init guest-session testbed.service; do
		cp "$testbed/guest/$file" "$1/"
	done
	chmod 755 "$1/init" "$1/guest-init" "$1/guest-session"
}

# The kernel of kernels.list that is meant where none is named.
default_name=trixie

# kernel_line NAME: its line of kernels.list, if there is one.
kernel_line() {
	awk -v name="$1" '$1 == name' "$testbed/kernels.list"
}

# kernel_key LINE VERSION: of what is made for a line of kernels.list and its package's version.
kernel_key() {
	{ echo "$1 $2" && cat "$testbed/mkkernel" "$testbed/suites.sh"; } | sha256sum | cut -c1-12
}

# package_version ROOT PACKAGE: as installed there. Asked of dpkg's database as a file, as below.
package_version() {
	awk -v package="$2" '
		/^Package: / { found = $2 == package }
		found && /^Version: / { print $2; exit }' "$1/var/lib/dpkg/status"
}

# default_kernel: version of the stock kernel of the root: what linux-image-amd64 stands for.
# Asked of dpkg's database as a file: the host's dpkg need not be Debian's.
default_kernel() {
	awk '/^Package: / { pkg = $2 }
	     pkg == "linux-image-amd64" && /^Depends: / {
		sub(/^linux-image-/, "", $2); print $2; exit }' "$root_dir/root/var/lib/dpkg/status"
}
