# SPDX-License-Identifier: GPL-2.0-only
# Where apt looks for a kernel of kernels.list; sourced after lib.sh.
# shellcheck shell=sh

# sources SUITE...: the lines of sources.list. debian-security has a directory of its own.
sources() {
	for suite; do
		case $suite in
		*-security) echo "deb ${mirror:?}-security $suite main" ;;
		*) echo "deb $mirror $suite main" ;;
		esac
	done | awk '!seen[$0]++'
}

# pins SUITE...: kernels of these suites and of no other, by version alone, where apt would shun
# backports and experimental. Some suites go by their codename in release files, some by their
# archive's name.
pins() {
	for suite; do
		for key in n a; do
			printf 'Package: linux-*\nPin: release %s=%s\nPin-Priority: 900\n\n' $key "$suite"
		done
	done
	printf 'Package: linux-image-* linux-headers-*\nPin: version *\nPin-Priority: -1\n'
}
