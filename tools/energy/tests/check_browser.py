# SPDX-License-Identifier: GPL-2.0-only
"""The page of `energy report` in a real browser."""

from browser import browser
from check_report import DOCKER, EVIL
from program import energy, equal, expect
from recordings import Recorded, escaped, written_log

PRECISE = "[...document.querySelectorAll('#processes-table data')].map(each => each.value)"


def page_of(folder):
    """A machine in which somebody has chosen names."""
    made = Recorded()
    made.start(12, "python3")
    made.place(12, DOCKER)
    made.start(7, escaped(EVIL))
    made.place(7, "/" + EVIL.replace("/", "|") + ".service")
    samples = [made.sample()]
    for nr in range(60):
        made.pass_time(1)
        made.run(12, 6_000_000_001 + nr * 50_000_000, 900_000_000)
        made.run(7, 3_000_000_000, 100_000_000)
        made.add("idle", 2_000_000_000)
        samples.append(made.sample())
    log = written_log(folder, samples)
    done = energy("report", "--title", EVIL, log)
    equal((done.returncode, done.stderr), (0, ""))
    return f"{log}.html", made


def shown(folder):
    """Numbers, charts, no complaint, no request but that for the page, nothing run that came in."""
    path, made = page_of(folder)
    with browser(folder) as page:
        page.open(path)
        equal(page.complaints(), [])
        equal(page.fetched(), [f"file://{path}"])
        equal(page.run("typeof window.hacked"), "undefined")
        equal(page.run("document.title"), EVIL)
        equal(page.run("document.querySelectorAll('img, script[src], link, iframe').length"), 0)
        equal(int(page.run("document.querySelector('#measured data').value")), made.measured())
        values = [int(value) for value in page.run(PRECISE)]
        equal(2 * values[-1], sum(values))
        expect(page.run("document.querySelector('#processes-table').innerText"
                        ".includes('python3 (12)')"))
        for figure in ("domains", "cgroups", "processes"):
            box = f"document.querySelector('#{figure} path[data-layer]').getBoundingClientRect()"
            expect(page.run(f"{box}.width > 500 && {box}.height > 20"), figure)
        # The style counts, although it is inline: its digest is in the policy.
        equal(page.run("getComputedStyle(document.querySelector('.facts')).display"), "flex")
        # And the policy is in force.
        page.run("document.body.append(Object.assign(document.createElement('script'),"
                 "{textContent: 'window.hacked = 1'}), Object.assign(new Image(),"
                 "{src: 'http://192.0.2.1/'}))")
        equal(page.run("typeof window.hacked"), "undefined")


def pointed_at(folder):
    """The power at a moment; and a layer that is hidden lets those above it down."""
    path, _ = page_of(folder)
    with browser(folder) as page:
        # Times are those of the charts.
        page.call("Emulation.setTimezoneOverride", timezoneId="Asia/Tokyo")
        page.open(path)
        page.run("""document.getElementById('processes').scrollIntoView();
            window.svg = document.querySelector('#processes svg');
            window.box = svg.getBoundingClientRect();
            svg.dispatchEvent(new PointerEvent('pointermove', {
                clientX: box.left + box.width * (56 + (952 - 56) * 30.5 / 60) / 960,
                clientY: box.top + 50}))""")
        tip = page.run("document.querySelector('#processes .tip').innerText")
        equal(tip.split("\n")[0], "2026-11-28 12:00:30")
        for line in ("python3 (12)\n7.500 W", "idle\n2.000 W", "sum\n12.50 W", EVIL):
            expect(line in tip, line, tip)
        page.run("svg.dispatchEvent(new PointerEvent('pointerleave'))")
        equal(page.run("document.querySelector('#processes .tip').hidden"), True)
        low = ("Math.round(document.querySelector('#processes path.consumer:not([hidden])')"
               ".getBBox().y + document.querySelector('#processes path.consumer:not([hidden])')"
               ".getBBox().height)")
        before = page.run(low)
        page.run("document.querySelector('#processes .legend button').click()")
        equal(page.run("document.querySelector('#processes .legend button')"
                       ".getAttribute('aria-pressed')"), "false")
        equal((page.run(low), before < 254), (254, True))
        page.run("document.querySelector('#processes .legend button').click()")
        equal(page.run(low), before)
        equal(page.complaints(), [])


def colors(folder):
    """Dark where that is asked for, white on paper."""
    path, _ = page_of(folder)
    back = "getComputedStyle(document.body).backgroundColor"
    with browser(folder) as page:
        page.open(path)
        for media, scheme, expected in (("screen", "light", "rgb(255, 255, 255)"),
                                        ("screen", "dark", "rgb(15, 19, 24)"),
                                        ("print", "dark", "rgb(255, 255, 255)")):
            page.call("Emulation.setEmulatedMedia", media=media, features=[
                {"name": "prefers-color-scheme", "value": scheme}])
            equal((media, scheme, page.run(back)), (media, scheme, expected))


def without_script(folder):
    path, _ = page_of(folder)
    with browser(folder) as page:
        page.call("Emulation.setScriptExecutionDisabled", value=True)
        page.open(path)
        equal(page.complaints(), [])
        root = page.call("DOM.getDocument", depth=-1)["root"]["nodeId"]
        for selector, least in (("path.area", 8), ("path.curve", 3), ("#processes-table td", 12),
                                (".legend li", 10), (".legend button", 0)):
            found = page.call("DOM.querySelectorAll", nodeId=root, selector=selector)["nodeIds"]
            expect(len(found) >= least, selector, len(found))
        equal(found, [])


CASES = (
    ("browser: the page is shown, and nothing else happens", shown),
    ("browser: what is under the pointer, and hidden layers", pointed_at),
    ("browser: light, dark, and paper", colors),
    ("browser: without a script", without_script),
)
