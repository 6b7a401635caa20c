/* SPDX-License-Identifier: GPL-2.0-only */
/* What happens to be under the pointer, and layers that are hidden. The charts stand without it. */
"use strict";
(() => {
	const LEFT = 56, RIGHT = 952, TOP = 12, BOTTOM = 254;
	const SVG = "http://www.w3.org/2000/svg";
	const data = JSON.parse(document.getElementById("data").textContent);
	const edges = data.edges_ns;
	const first = edges[0], last = edges[edges.length - 1];

	const xOf = (at) => LEFT + (RIGHT - LEFT) * (at - first) / (last - first);

	function si(watts) {
		const prefixes = ["n", "\u00b5", "m", "", "k", "M"];
		let size = watts * 1e9, i = 0;

		if (!(size > 0))
			return "0 W";
		for (; size >= 999.95 && i < prefixes.length - 1; i++)
			size /= 1000;
		return size.toPrecision(4) + " " + prefixes[i] + "W";
	}

	function when(at) {
		if (data.wall_ns === null)
			return (at / 1e9).toFixed(3) + " s";

		/* As the charts have it, wherever this is read. */
		const offset_s = data.utc_offsets.findLast((offset) => offset.from_ns <= at).offset_s;

		return new Date((data.wall_ns + at) / 1e6 + offset_s * 1e3).toISOString()
			.slice(0, 19).replace("T", " ");
	}

	/* As the charts were drawn: what has drawn_with is a part of that. NaN: nothing is known. */
	function wattsOf(view) {
		const watts = view.layers.map((layer) => {
			const covered = layer.covered_ns || view.covered_ns;

			return layer.drawn_with === undefined &&
				layer.nj.map((nj, i) => covered[i] > 0 ? nj / covered[i] : NaN);
		});

		view.layers.forEach((layer) => {
			if (layer.drawn_with !== undefined)
				layer.nj.forEach((nj, i) => {
					watts[layer.drawn_with][i] += nj / view.covered_ns[i];
				});
		});
		return watts.map((all) => all && all.map((w) => w < 0 ? 0 : w));
	}

	function steps(values, begin, end, y) {
		let path = "";

		for (let i = begin; i < end; i++)
			path += "V" + y(values[i]).toFixed(1) + "H" + xOf(edges[i + 1]).toFixed(1);
		return path;
	}

	function stepsBack(values, begin, end, y) {
		let path = "";

		for (let i = end - 1; i >= begin; i--)
			path += "V" + y(values[i]).toFixed(1) + "H" + xOf(edges[i]).toFixed(1);
		return path;
	}

	/* The area between two edges, in a piece for each run of known buckets. */
	function area(lower, upper, y) {
		let path = "";

		for (let begin = 0, end; begin < upper.length; begin = end + 1) {
			for (end = begin; end < upper.length && !isNaN(upper[end]);)
				end++;
			if (end > begin)
				path += "M" + xOf(edges[begin]).toFixed(1) + " " +
					y(lower[begin]).toFixed(1) + steps(upper, begin, end, y) +
					stepsBack(lower, begin, end, y) + "Z";
		}
		return path;
	}

	class Chart {
		constructor(figure, view) {
			this.figure = figure;
			this.view = view;
			this.watts = wattsOf(view);
			this.hidden = new Set();
			this.svg = figure.querySelector("svg");
			this.paths = new Map();
			this.svg.querySelectorAll("[data-layer]").forEach((path) =>
				this.paths.set(Number(path.dataset.layer), path));
			this.top = Number(figure.dataset.top);
			this.makeLegend();
			this.makeTip();
		}

		makeLegend() {
			this.figure.querySelectorAll(".legend li").forEach((item) => {
				const button = document.createElement("button");

				button.type = "button";
				button.setAttribute("aria-pressed", "true");
				button.append(...item.childNodes);
				button.addEventListener("click", () =>
					this.toggle(Number(item.dataset.layer), button));
				item.append(button);
			});
		}

		toggle(layer, button) {
			if (!this.hidden.delete(layer))
				this.hidden.add(layer);
			button.setAttribute("aria-pressed", String(!this.hidden.has(layer)));
			this.draw();
		}

		/* What is above a hidden layer comes down. */
		draw() {
			const y = (watts) => BOTTOM - (BOTTOM - TOP) * watts / this.top;
			let lower = edges.slice(1).map(() => 0);

			for (const [layer, path] of this.paths) {
				path.toggleAttribute("hidden", this.hidden.has(layer));
				if (!this.view.stacked || this.hidden.has(layer))
					continue;
				const upper = this.watts[layer].map((w, i) => w + lower[i]);

				path.setAttribute("d", area(lower, upper, y));
				lower = upper;
			}
		}

		makeTip() {
			this.tip = document.createElement("div");
			this.tip.className = "tip";
			this.tip.hidden = true;
			this.figure.append(this.tip);
			this.cursor = document.createElementNS(SVG, "path");
			this.cursor.setAttribute("class", "cursor");
			this.svg.append(this.cursor);
			this.svg.addEventListener("pointermove", (event) => this.hover(event));
			this.svg.addEventListener("pointerleave", () => this.leave());
		}

		hover(event) {
			const box = this.svg.getBoundingClientRect();
			const x = (event.clientX - box.left) / box.width * 960;
			const at = first + (x - LEFT) / (RIGHT - LEFT) * (last - first);
			const bucket = edges.findIndex((edge) => edge > at) - 1;

			if (bucket < 0 || x < LEFT) {
				this.leave();
				return;
			}
			this.cursor.setAttribute("d", "M" + x.toFixed(1) + " " + TOP + "V" + BOTTOM);
			this.fill(bucket);
			this.tip.hidden = false;
			this.tip.style.left = x < 480 ? x / 9.6 + 2 + "%" : "";
			this.tip.style.right = x < 480 ? "" : 102 - x / 9.6 + "%";
		}

		leave() {
			this.tip.hidden = true;
			this.cursor.removeAttribute("d");
		}

		line(label, text) {
			const line = document.createElement("div");

			[label, text].forEach((piece) => {
				const span = document.createElement("span");

				span.textContent = piece;
				line.append(span);
			});
			return line;
		}

		fill(bucket) {
			const lines = [this.line(when(edges[bucket]), "")];
			let sum = 0;

			/* As they lie in the chart: the ground last. */
			for (const layer of [...this.paths.keys()].reverse()) {
				const watts = this.watts[layer][bucket];

				if (this.hidden.has(layer))
					continue;
				sum += watts;
				lines.push(this.line(this.view.layers[layer].label,
					isNaN(watts) ? "not known" : si(watts)));
			}
			if (this.view.stacked && !isNaN(sum))
				lines.push(this.line("sum", si(sum)));
			this.tip.replaceChildren(...lines);
		}
	}

	for (const [name, view] of Object.entries(data.views))
		new Chart(document.getElementById(name), view);
})();
