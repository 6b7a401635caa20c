# SPDX-License-Identifier: GPL-2.0-only
# Shared by the tests of packaging; sourced, with $here set to this directory.
# shellcheck shell=sh disable=SC2034 # the variables are for those who source this

# shellcheck source=tap.sh
. "${here:?}/tap.sh"

top=$(cd "$here/../../.." && pwd)
out=$top/build/packaging
version=$(sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' "$top/dkms.conf")
# The version that an upgrade goes to.
next=$version.1

# nothing_left KERNEL...: no trace of us where packages and DKMS put things.
nothing_left() {
	left=$(find /usr/src /var/lib/dkms -maxdepth 1 -name 'energy*'
		find "${TMPDIR:-/tmp}" -maxdepth 1 -name 'dkms*'
		find /lib/modules/ -name 'energy_*')
	for kernel in "$@"; do
		left=$left$(grep energy "/lib/modules/$kernel/modules.dep" || :)
	done
	echo "$left"
	[ -z "$left" ]
}

# installed VERSION KERNEL: all five modules are where modprobe finds them, of this version, once.
installed() {
	dkms status "energy/$1" -k "$2" | grep ': installed$'
	for module in core rapl_msr rapl_powercap pmu_instr vm_fallback; do
		file=$(find "/lib/modules/$2/" -name "energy_$module.ko*")
		echo "$module: $file $(modinfo -F version "$file")"
		[ "$(modinfo -F version "$file")" = "$1" ] || return
	done
}

# keep NAME [PATH...]: what has become of /lib/modules, and these, as an archive for a guest.
keep() {
	archive=$out/$1.tar
	shift
	cd / && tar -cf "$archive" "usr/lib/modules/$KVER/updates" "usr/lib/modules/$KVER"/modules.* "$@"
}

# has_libraries DIR: what tests/libraries has found is installed; there may be nothing. Of what they
# themselves depend on there may be another release's version: GSL wants its own of its CBLAS.
has_libraries() {
	for deb in "$1"/*.deb; do
		[ ! -e "$deb" ] || dpkg -i --force-depends "$deb" || return
	done
}

# library_files DIR: the paths that this has made, without the first slash.
library_files() {
	for deb in "$1"/*.deb; do
		[ ! -e "$deb" ] || dpkg -L "$(dpkg-deb -f "$deb" Package)"
	done | sed -n 's,^/\(.*\.so\..*\),\1,p'
}

# another_kernel NAME: the stock one's headers once more.
another_kernel() {
	mkdir -p "/lib/modules/$1"
	# beside the other: it has relative links
	cp -a "$KDIR" "/usr/src/linux-headers-$1"
	ln -s "/usr/src/linux-headers-$1" "/lib/modules/$1/build"
}

# by_hand NAME: what `make install` leaves for that kernel.
by_hand() {
	mkdir -p "/lib/modules/$1/updates/energy"
	: >"/lib/modules/$1/updates/energy/energy_core.ko"
}

# private DIR: as it is where the umask is 077.
private() {
	umask 077
	chmod -R go= "$1"
}

# readable PATH...: everybody can read all of it.
readable() {
	private=$(find "$@" -not -perm -444 -o -type d -not -perm -555)
	echo "$private"
	[ -z "$private" ]
}
