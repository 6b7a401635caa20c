# SPDX-License-Identifier: GPL-2.0-only
# Which module it is that is loaded; sourced.
# shellcheck shell=sh

# loaded MODULE: it is, and it is the one that DKMS has installed for the packages.
loaded() {
	[ -d "/sys/module/energy_$1" ]
	modinfo -F filename "energy_$1" | grep '/updates/dkms/'
	[ "$(cat "/sys/module/energy_$1/srcversion")" = "$(modinfo -F srcversion "energy_$1")" ]
}
