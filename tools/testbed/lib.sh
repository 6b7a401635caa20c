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
