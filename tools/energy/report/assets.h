/* SPDX-License-Identifier: GPL-2.0-only */
/* page.js and page.css, and the SHA-256 of each in base64; made by ./embed. */
#ifndef ENERGY_REPORT_ASSETS_H
#define ENERGY_REPORT_ASSETS_H

extern const char energy_report_script[], energy_report_script_digest[];
extern const char energy_report_style[], energy_report_style_digest[];

#endif /* ENERGY_REPORT_ASSETS_H */
