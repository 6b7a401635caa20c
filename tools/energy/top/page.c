// SPDX-License-Identifier: GPL-2.0-only
#include <stdarg.h>
#include <stdio.h>

#include "lib/comm.h"
#include "top/pen.h"

void energy_pen_line(struct energy_pen *pen, enum energy_line kind, const char *format, ...)
{
	char line[8192];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	energy_fit(line, pen->page->columns);
	pen->emit(pen->context, kind, line);
	pen->nr_lines++;
}

size_t energy_page_emit(const struct energy_page *page, energy_emit *emit, void *context)
{
	struct energy_pen pen = { .page = page, .emit = emit, .context = context };

	energy_pen_header(&pen);
	return page->interval ? energy_pen_table(&pen) : 0;
}
