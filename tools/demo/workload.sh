#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
#
# workload.sh - something of everything: two CPU hogs of different weight, a
# shell loop that forks, a disk writer, a loopback sender, and sleepers.
set -eu

# Names of their own for the table.
ln -s "$PWD/hog" /tmp/hog-int
ln -s "$PWD/hog" /tmp/hog-mem
/tmp/hog-int -c int &
/tmp/hog-mem -c mem -d 40 &

(
	while :; do
		/bin/true
		sleep 0.05
	done
) &

# Memory is no disk: only a block device makes storage I/O.
modprobe brd rd_nr=1 rd_size=65536
mkfs.ext4 -q /dev/ram0
mkdir -p /tmp/disk
mount /dev/ram0 /tmp/disk
(
	while :; do
		dd if=/dev/zero of=/tmp/disk/file bs=64k count=256 conv=fsync
		sleep 0.2
	done
) &

python3 -c '
import socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while True:
    s.sendto(bytes(100), ("127.0.0.1", 9))
    time.sleep(0.005)
' &

for _ in 1 2 3 4 5; do
	sleep 3600 &
done
wait
