/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ENERGY_COMPLAIN_H
#define ENERGY_COMPLAIN_H

/* One line on stderr: "@who: message". */
__attribute__((format(printf, 2, 3)))
void energy_complain(const char *who, const char *format, ...);

#endif /* ENERGY_COMPLAIN_H */
