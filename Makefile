# SPDX-License-Identifier: GPL-2.0-only
# For people. What the kernel builds stands in Kbuild. `make help` lists the targets.

KDIR	?= /lib/modules/$(shell uname -r)/build
# Not include/config/kernel.release, in which Debian 11 has another version. Where headers are gone,
# the kernel that their directory is named for, or none: the running one is not what was asked for.
KVER	:= $(or $(shell sed -n 's/.*UTS_RELEASE "\(.*\)"/\1/p' \
	$(KDIR)/include/generated/utsrelease.h 2>/dev/null),$(patsubst \
	/lib/modules/%/build,%,$(filter /lib/modules/%/build,$(patsubst %/,%,$(KDIR)))))
# Modules are loaded and unloaded only if what is installed is the running kernel's.
LIVE	:= $(if $(DESTDIR),,$(filter $(shell uname -r),$(KVER)))
BUILD	:= $(CURDIR)/build
KMOD	:= $(BUILD)/kmod/$(KVER)
MODDIR	:= $(DESTDIR)/lib/modules/$(KVER)/updates/energy
# What others need to build providers: headers, and the symbols of each kernel's energy_core.
DEVDIR	:= $(DESTDIR)/usr/src/energy-core-dev
# What DKMS builds from, and the version, which stands in dkms.conf alone.
VERSION	:= $(shell sed -n 's/^PACKAGE_VERSION="\(.*\)"/\1/p' dkms.conf)
DKMSDIR	:= $(DESTDIR)/usr/src/energy-$(VERSION)
DKMSFILES	:= $(wildcard Kbuild dkms.conf core/*.[ch] core/*.mk core/include/energy/*.h \
	export/*.[ch] sources/*.[ch])
MODULES	:= energy_rapl_msr energy_rapl_powercap energy_pmu_instr energy_vm_fallback energy_core

TESTBED	:= tools/testbed
# The virtual machine's kernel, a name of tools/testbed/kernels.list, and what is built for it.
KERNEL	?= trixie
KERNEL_SUFFIX	:= $(if $(filter-out trixie,$(KERNEL)),-$(KERNEL))
INROOT	:= $(TESTBED)/inroot --kernel $(KERNEL)
GUEST_KMOD	:= $(BUILD)/kmod/guest$(KERNEL_SUFFIX)
GUEST_PAYLOAD	:= $(BUILD)/payload
# Providers as others build them.
THIRDPARTY	:= $(BUILD)/thirdparty$(KERNEL_SUFFIX)

.DEFAULT_GOAL := modules
.PHONY: modules tools install install-dkms install-api install-headers uninstall clean help
.PHONY: deb rpm packages-deps no-dkms
.PHONY: deps run shell check check-debug check-matrix check-host kunit coverage lint intree
.PHONY: selftests endurance bench guest guest-modules guest-module strict-module guest-thirdparty guest-payload

# Builds stand beside the sources as links, so that the tree stays clean and each kernel has
# a build of its own.
define stage
mkdir -p $(1)
cp -asf $(CURDIR)/Kbuild $(CURDIR)/dkms.conf $(CURDIR)/core $(CURDIR)/export $(CURDIR)/kunit $(CURDIR)/sources $(1)/
endef

modules: ## build the modules for the running kernel (or KDIR=)
	@[ -d "$(KDIR)" ] && [ -n "$(KVER)" ] || { echo "no kernel headers in $(KDIR):" \
		"install those of the kernel (Debian: linux-headers-$(or $(KVER),VERSION))" \
		"or give KDIR=" >&2; exit 1; }
	$(call stage,$(KMOD))
	$(MAKE) -C $(KDIR) M=$(KMOD) modules

tools: ## build the user-space tools
	$(MAKE) -C tools/energy

# Of two copies depmod takes one, and DKMS keeps a hand-installed one as the kernel's own, which it
# puts back at removal. Packages refuse where MODDIR is there.
no-dkms:
ifeq ($(DESTDIR),)
	@! command -v dkms >/dev/null || ! dkms status energy -k $(KVER) | grep ': installed' || { \
		echo "DKMS has installed energy for this kernel: first 'apt remove energy-dkms'" \
		"('rpm -e energy-dkms'), or 'dkms remove energy/VERSION --all'" >&2; exit 1; }
endif

install: no-dkms modules ## build, install and, for the running kernel, load
	install -d $(MODDIR)
	install -m 644 $(KMOD)/*.ko $(MODDIR)/
ifeq ($(DESTDIR),)
	depmod $(KVER)
endif
ifneq ($(LIVE),)
	@modprobe energy_rapl_msr || { \
		echo "energy_rapl_msr does not load here (see dmesg): trying the kernel's drivers"; \
		modprobe energy_rapl_powercap; } || { \
		echo "nor does energy_rapl_powercap: energy is estimated"; \
		modprobe energy_vm_fallback; }
	@echo "loaded: see /proc/energy/all; 'make uninstall' unloads and removes"
else
	@echo "nothing is loaded: $(MODDIR) is not the running kernel's"
endif

install-dkms: ## install the sources that DKMS builds the modules from
	for file in $(DKMSFILES); do \
		install -D -p -m 644 $$file $(DKMSDIR)/$$file || exit 1; \
	done

# Packages have these alone: newer DKMS keeps the symbols of what it builds.
install-api:
	install -d $(DEVDIR)/include/energy
	install -m 644 core/include/energy/*.h $(DEVDIR)/include/energy/

install-headers: modules install-api ## install what providers of others are built with
	install -d $(DEVDIR)/$(KVER)
	install -m 644 $(KMOD)/Module.symvers $(DEVDIR)/$(KVER)/

# Built-in modules have no initstate. What is loaded and not installed here, DKMS's for one, stays.
uninstall: ## remove and, for the running kernel, unload
	@[ -n "$(KVER)" ] || { echo "no kernel headers in $(KDIR) tell which kernel is meant:" \
		"give KVER=" >&2; exit 1; }
ifneq ($(LIVE),)
	@for m in $(MODULES); do \
		[ ! -e $(MODDIR)/$$m.ko ] || [ ! -e /sys/module/$$m/initstate ] || \
			rmmod $$m || exit 1; \
	done
endif
	rm -rf $(MODDIR)
ifeq ($(DESTDIR),)
	depmod $(KVER)
endif

# Where there is no dpkg, the build says what is missing.
packages-deps:
	@! command -v dpkg-query >/dev/null || tools/deps tools/packaging/packages.host

deb: packages-deps ## Debian packages, into build/deb
	tools/packaging/deb/build

rpm: packages-deps ## RPM packages, into build/rpm
	tools/packaging/rpm/build

deps: ## install the Debian packages that the other targets need
	@tools/deps

run: deps ## live energy per process, here or in a virtual machine
	@tools/demo/run

shell: deps ## a root shell in the virtual machine, modules loaded
	@tools/demo/run --shell

check: deps ## all tests
	@tools/check

check-debug: deps guest-payload ## the selftests on kernels that find bugs: KASAN, lockdep, KCSAN, ...
	@tools/debugkernel/check

check-matrix: deps ## modules and selftests on all kernels of tools/testbed/kernels.list
	@tools/check --matrix

check-host: ## the selftests that disturb nothing, on the running kernel
	@! command -v dpkg-query >/dev/null || tools/deps tools/workload/packages.host
	@tools/selftests/host

kunit: deps ## the KUnit suites, plain and with sanitizers
	kunit/run
	kunit/run --debug

coverage: deps ## what of the code the KUnit suites reach (build/coverage)
	kunit/run --coverage

intree: deps ## the project as a part of a kernel tree, by gcc and clang
	tools/intree/test

lint: deps ## static checks of the sources
	tools/lint/run

selftests: deps guest ## the tests in a virtual machine
	tools/selftests/run --kernel $(KERNEL) --payload $(GUEST_PAYLOAD)

endurance: deps guest ## the selftests that take half an hour to a day each
	tools/selftests/run --endurance --kernel $(KERNEL) --payload $(GUEST_PAYLOAD)

bench: deps guest ## what the meter costs, and how exact it is
	tools/bench/run

guest: guest-modules guest-payload ## what runs in the virtual machine

# W=1 and sparse: a warning is an error here.
STRICT	:= W=1 C=1 CF=-Wsparse-error KCFLAGS=-Werror
# In a root KDIR is the kernel's; GUEST_KDIR=DIR (with GUEST_KMOD=, THIRDPARTY=) is for one that
# is in no root.
GUEST_KDIR	:= $$KDIR

# Objects that were built against the headers of another version of the kernel, or by another
# compiler, look up to date: those headers have their package's time.
guest-modules:
	@set -e; now=$$($(INROOT) sh -c 'dpkg-query -W "linux-headers-$$KVER" gcc'); \
		[ "$$now" = "$$(cat $(GUEST_KMOD)/.built-for 2>/dev/null)" ] || { \
		rm -rf $(GUEST_KMOD) $(THIRDPARTY); \
		mkdir -p $(GUEST_KMOD); \
		echo "$$now" >$(GUEST_KMOD)/.built-for; }
	$(call stage,$(GUEST_KMOD))
	@$(MAKE) --no-print-directory guest-module M=$(GUEST_KMOD)
	@$(MAKE) --no-print-directory guest-thirdparty

# Any module's directory, as strictly.
guest-module:
	@$(INROOT) sh -c 'exec make -C "$(GUEST_KDIR)" M=$(M) $(STRICT) modules'

# The same outside of the roots: with the host's compiler, against KDIR.
strict-module:
	@$(MAKE) -C $(KDIR) M=$(M) $(STRICT) modules

# Copies, far from the sources: what these need is installed, or missing.
guest-thirdparty:
	@mkdir -p $(THIRDPARTY)
	cp -pr sources/sample tools/selftests/module $(THIRDPARTY)/
	@$(INROOT) sh -ec 'KDIR="$(GUEST_KDIR)"; \
		make -s -o modules install-headers KDIR="$$KDIR" \
		KMOD=$(GUEST_KMOD) DESTDIR=$(THIRDPARTY)/root; \
		export ENERGY_DEV=$(THIRDPARTY)/root/usr/src/energy-core-dev; \
		make -C $(THIRDPARTY)/sample KDIR="$$KDIR" $(STRICT); \
		make -C "$$KDIR" M=$(THIRDPARTY)/module $(STRICT) modules'
	cp -p $(THIRDPARTY)/*/*.ko $(GUEST_KMOD)/

guest-payload:
	@$(TESTBED)/inroot make -C tools/energy BUILD=$(BUILD)/guest/energy
	@$(TESTBED)/inroot make -C tools/workload BUILD=$(BUILD)/guest/workload
	@mkdir -p $(GUEST_PAYLOAD)
	cp -p $(BUILD)/guest/energy/energy $(GUEST_PAYLOAD)/
	find $(BUILD)/guest/workload -maxdepth 1 -type f -perm /111 \
		-exec cp -p -t $(GUEST_PAYLOAD)/ {} +

clean: ## remove what was built here (not the cache)
	rm -rf $(BUILD)

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile
