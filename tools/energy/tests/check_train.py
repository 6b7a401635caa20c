# SPDX-License-Identifier: GPL-2.0-only
"""`energy train`: what it makes of recordings of machines whose power is known."""

import os
import re
import shutil
import signal
import subprocess
import xml.dom.minidom

from feeding import Root, await_that, framed
from program import (ENERGY, ENVIRONMENT, NOBODY, PATIENCE_S, Skipped, energy, equal, expect,
                     running)
from training import FIELDS, IDLE_W, PARAMETERS, TRUTH, Load, text_log

MODULE = "sys/module/energy_core/parameters"


def trained(folder, *words):
    """The options that it writes, as numbers, and what it prints."""
    path = f"{folder}/energy.conf"
    done = energy("train", "--output", path, *words)
    equal((done.returncode, done.stderr), (0, ""))
    return options_in(path), done.stdout


def options_in(path):
    with open(path, encoding="utf-8") as file:
        line = file.read().split("\n")[-2]
    words = line.split(" ")
    equal(words[:2], ["options", "energy_core"])
    values = dict(word.split("=") for word in words[2:])
    equal(list(values), list(PARAMETERS))
    return {name: int(value) for name, value in values.items()}


def near(values, truth=None, part=0.01):
    for field, parameter in zip(FIELDS, PARAMETERS):
        true_value = {**TRUTH, **(truth or {})}[field]
        expect(abs(values[parameter] - true_value) <= part * true_value, parameter, values)


def known_weights(folder):
    """Without noise, to the rounding."""
    values, text = trained(folder, text_log(f"{folder}/log", Load()))
    near(values, part=1e-4)
    equal(re.search(r"idle power +(\S+) ", text)[1], str(IDLE_W))
    expect("data       299 intervals, 299.0 s, of 300 samples in 1 recording\n" in text, text)
    expect("held out   R2 1.0000" in text and "\nridge      0," in text, text)
    expect("target     energy of the billed domains, " in text, text)


def units_are_the_kernels(folder):
    """The score that the module would compute is the energy less that of idling."""
    path = f"{folder}/log"
    load = Load(seed=2)
    values, _ = trained(folder, text_log(path, load))
    load = Load(seed=2)
    load.step()
    first, first_nj, score_pj, before = dict(load.values), load.nj, 0, load.values["mem"]
    for _ in range(299):
        load.step()
        score_pj += values["w_mem_bytes"] * (before + load.values["mem"]) // 2
        before = load.values["mem"]
    for field, parameter in zip(FIELDS, PARAMETERS):
        if field != "mem":
            score_pj += values[parameter] * (load.values[field] - first[field])
    active_pj = 1000 * (load.nj - first_nj) - IDLE_W * 299e12
    expect(abs(score_pj / active_pj - 1) < 1e-4, score_pj, active_pj)


def noise(folder):
    """The truth is in (nearly) all of nine intervals of 95 %, and they are narrow."""
    load = Load(seed=4, noise_w=0.5)
    _, text = trained(folder, text_log(f"{folder}/log", load, count=4000))
    inside, width = 0, 0
    for field, parameter in zip(FIELDS, PARAMETERS):
        found = re.search(rf"{parameter} +\S+ +\[(\S+), (\S+)\]", text)
        low, high = float(found[1]), float(found[2])
        inside += low <= TRUTH[field] <= high
        width = max(width, (high - low) / TRUTH[field])
    expect(inside >= 7 and width < 2, inside, width, text)
    rmse = float(re.search(r"RMSE (\S+) W", text)[1])
    expect(0.48 < rmse < 0.52, rmse)


def few_rows(folder):
    """Weights may be good, and nobody can tell."""
    path = text_log(f"{folder}/log", Load(noise_w=0.5), count=31)
    done = energy("train", path)
    equal(done.returncode, 0)
    equal(len(re.findall(r"^(?:w_|idle power).* not known ", done.stdout, re.M)), 9)
    expect("energy train: warning: these are too few intervals between samples to tell how "
           "certain weights are (record for longer)\n" in done.stderr, done.stderr)
    text_log(path, Load(noise_w=0.5), count=41)
    done = energy("train", path)
    expect("not known" not in done.stdout and "too few" not in done.stderr, done.stdout)


def procpower_logs(folder):
    """Its documented line, in its logger's file; psys, or core on machines without."""
    path = f"{folder}/log"
    values, text = trained(folder, text_log(path, Load(), how=Load.procpower, seconds=0.1))
    near(values)
    expect("target     rapl_psys_sum_uj, " in text, text)
    values, text = trained(folder, text_log(path, Load(), how=lambda load: load.procpower(False)))
    near(values)
    expect("target     rapl_core_sum_uj, " in text, text)
    # A terminal's copy, and a logger that was killed amid of a line.
    load = Load()
    text_log(path, load, how=Load.procpower)
    with open(path, encoding="utf-8") as file:
        text = "$ cat log\n" + file.read()[:-60]
    load.step()
    with open(path, "w", encoding="utf-8") as file:
        file.write(text + "\n" + load.procpower() + "-------\n")
    values, text = trained(folder, path)
    near(values)
    expect("damaged records: 1\n" in text, text)


def one_kind_of_domain(folder):
    """Half of all power, in this machine."""
    path = text_log(f"{folder}/log", Load())
    values, text = trained(folder, "--target", "core", path)
    near({name: 2 * value for name, value in values.items()})
    expect("target     rapl_core_sum_uj, " in text, text)
    done = energy("train", "--target", "dram", path)
    equal((done.returncode, done.stderr.split(":")[1]), (1, " too few intervals between samples"))


def window_values(folder):
    """Where each sample has a new window, its values: here the live ones are of another time."""
    def how(load):
        live = load.ours().replace("cpu_ns=", "cpu_ns=9").replace("energy_nj=", "energy_nj=7")
        nj = round(load.nj)
        books = "".join(f"window_{name}_nj=0\n" for name in
                        ("exited", "unattributed", "idle", "pending"))
        window = (f"window_timestamp={load.time_ns - 10**9}\nwindow_measured_nj={nj}\n{books}")
        record = f" {load.numbers('window_')} window_energy_nj={nj} comm="
        return live.replace("pid=0", window + "pid=0").replace(" comm=", record)

    values, _ = trained(folder, text_log(f"{folder}/log", Load(), how=how, seconds=2))
    near(values)


def restarts_and_gaps(folder):
    """Framed; the module is loaded anew, with counters higher than before, and samples lack."""
    path = f"{folder}/log"
    load = Load()
    with open(path, "wb") as file:
        for number in range(300):
            load.step()
            if number % 100 == 0:
                file.write(framed(1, f"boot=a\nmodule={number}\n"))
                load.nj += 5e15
                load.values["cpu_ns"] += 10**15
            if not 140 < number < 160:
                file.write(framed(2, load.ours(), len(load.ours())))
    values, text = trained(folder, path)
    near(values)
    expect("restarts   2, which no interval goes across\n" in text, text)
    expect("intervals with samples missing: 1\n" in text, text)
    expect("data       277 intervals, 277.0 s, of 281 samples" in text, text)


def several_logs(folder):
    """In each of them something rests, so that none alone has all weights."""
    logs = [text_log(f"{folder}/{number}", Load(seed=number, still=still), count=count)
            for number, still, count in ((0, ("diski", "rx"), 150), (1, ("disko",), 50))]
    conf = f"{folder}/energy.conf"
    done = energy("train", "--output", conf, *logs)
    near(options_in(conf))
    expect("of 200 samples in 2 recordings\n" in done.stdout, done.stdout)
    text_log(logs[0], Load(), how=Load.procpower)
    done = energy("train", *logs)
    equal((done.returncode, done.stderr), (1, (
        f"energy train: {logs[1]}: it has energy of the billed domains, another one "
        "rapl_psys_sum_uj (give --target KIND)\n")))


def several_intervals(folder):
    """One log at ten times the pace of another: the slow one's samples are not gaps."""
    logs = [text_log(f"{folder}/0", Load(seed=0), count=300, seconds=0.1),
            text_log(f"{folder}/1", Load(seed=1), count=100, seconds=2)]
    values, text = trained(folder, *logs)
    near(values)
    expect("data       398 intervals, 227.9 s, of 400 samples in 2 recordings\n" in text, text)
    expect("samples missing" not in text, text)


def rotated_logs(folder):
    """With all their names: nothing counts twice, in whatever order they are given."""
    load, path = Load(noise_w=0.5), f"{folder}/log"
    for name in (path + ".2", path + ".1", path):
        text_log(name, load, count=100)
    once = energy("train", path)
    for words in ((path, path + ".1", path + ".2"), (path + ".2", path + ".1", path)):
        done = energy("train", *words)
        equal(done.stdout, once.stdout)
        equal(sorted(done.stderr.splitlines()),
              [f"energy train: {path}.{number} is read once, with {path}" for number in (1, 2)])
    done = energy("train", path, f"{folder}/./log")
    equal((done.stdout, done.stderr),
          (once.stdout, f"energy train: {folder}/./log is read once, with {path}\n"))
    # What was never rotated is no part of it, and nobody waits for it.
    os.mkfifo(path + ".3")
    os.mkdir(path + ".4")
    equal(energy("train", path).stdout, once.stdout)


def unmeasured_times(folder):
    """A source that is gone, briefly and for long: work goes on, and energy stands still."""
    for kind in ("none", "model"):
        load, path = Load(), f"{folder}/log"
        with open(path, "w", encoding="utf-8") as file:
            for number in range(200):
                before = load.nj
                load.step()
                gone = 50 <= number < 55 or 100 <= number < 170
                if gone:
                    load.nj = before + 10**9 * (kind == "model")
                file.write(load.ours(kind if gone else "measured") + "-------\n")
        values, text = trained(folder, path)
        near(values)
        expect("samples while nothing was measured: 75\n" in text, text)
        expect("data       122 intervals, " in text, text)
    text_log(path, Load(), how=lambda load: load.ours("none"))
    done = energy("train", path)
    equal((done.returncode, done.stderr), (
        1, f"energy train: {path}: it has no measured energy (was a source loaded? "
        "modprobe energy_rapl_msr)\n"))


def restart_in_the_unusable(folder):
    """The sample that tells of it lacks a number; the next one does not continue the last."""
    load, path = Load(), f"{folder}/log"
    with open(path, "w", encoding="utf-8") as file:
        for number in range(100):
            load.step()
            text = load.ours()
            if number == 50:
                load.nj += 5e15
                text = text.replace(" cpu_ns=", " cpu=") + "restarted=1\n"
            file.write(text + "-------\n")
    values, text = trained(folder, path)
    near(values)
    expect("restarts   1, " in text and "samples that lack a number: 1\n" in text, text)
    expect("data       97 intervals, " in text, text)


def no_weights(folder):
    """Power that has nothing to do with what runs: nothing is set."""
    root, conf = module(folder), f"{folder}/energy.conf"
    before = parameters(root)
    path = text_log(f"{folder}/log", Load(truth=dict.fromkeys(FIELDS, 0)))
    done = energy("train", "--apply", "--output", conf, "--root", root.path, path)
    equal(done.returncode, 1)
    expect("energy train: all weights are 0, nothing is set (record loads that differ, while "
           "energy is measured)\n" in done.stderr, done.stderr)
    equal((parameters(root), os.path.exists(conf)), (before, False))


def constant_power(folder):
    """There is no R2 of that: it is not known, rather than a number or nan."""
    for nj, mape in ((5 * 10**9, r"MAPE \S+ %"), (0, "MAPE not known")):
        def how(load):
            return re.sub(r"_nj=\d+", f"_nj={nj * load.iterations}", load.ours())

        done = energy("train", text_log(f"{folder}/log", Load(), how=how))
        equal(done.returncode, 0)
        expect(re.search(f"held out   R2 not known, RMSE .*, {mape}\n", done.stdout), done.stdout)
        expect("warning: power never changes, which tells nothing" in done.stderr, done.stderr)
        expect("nan" not in done.stdout + done.stderr, done.stdout, done.stderr)


def left_out_columns(folder):
    load = Load(still=("instructions", "rx"))
    path = text_log(f"{folder}/log", load, how=lambda load: load.ours().replace("tx=", "new="))
    conf = f"{folder}/energy.conf"
    done = energy("train", "--columns", "cpu_ns,mem,instructions,wakeups,diski,rx,tx",
                  "--output", conf, path)
    equal(done.returncode, 0)
    for name, why in (("w_instructions", "instructions: never varies"),
                      ("w_disk_write_bytes", "disko: not among --columns"),
                      ("w_net_rx_packets", "rx: never varies"),
                      ("w_net_tx_packets", "tx: not in the recordings")):
        expect(re.search(rf"^{name} +-  {why}$", done.stdout, re.M), name, done.stdout)
        equal(options_in(conf)[name], 0)
    with open(conf, encoding="utf-8") as file:
        expect("# w_instructions=0, as it was not fitted: instructions never varies\n"
               in file.read())


def collinear_columns(folder):
    def how(load):
        return re.sub(r" instructions=\d+", f" instructions={2 * load.values['cpu_ns']}",
                      load.ours())

    path = text_log(f"{folder}/log", Load(truth={"instructions": 0}), how=how)
    done = energy("train", path)
    equal(done.returncode, 0)
    expect("energy train: warning: cpu_ns goes with other columns (VIF inf), most with "
           "instructions (correlation 1.0000): " in done.stderr, done.stderr)
    expect("warning: the condition number of the columns is inf" in done.stderr, done.stderr)
    expect("mem goes" not in done.stderr, done.stderr)
    done = energy("train", "--columns", "cpu_ns,mem,wakeups,diski,disko,rx,tx", path)
    equal(done.stderr, "")


def modprobe_file(folder):
    path, conf = text_log(f"{folder}/log", Load()), f"{folder}/a 'b'.conf"
    energy("train", "--output", conf, path)
    equal(sorted(os.listdir(folder)), ["a 'b'.conf", "log"])
    with open(conf, encoding="utf-8") as file:
        lines = file.read().split("\n")
    equal(lines[:3], ["# Fitted by energy train; for /etc/modprobe.d.",
                      "# energy= counts millijoules",
                      "# idle power, which is in no weight: 7.5 W"])
    equal(lines[4], "options energy_core w_cpu_ns=4200 w_mem_bytes=300 w_instructions=650 "
          "w_wakeups=23000000 w_disk_read_bytes=31000 w_disk_write_bytes=55000 "
          "w_net_rx_packets=8000000 w_net_tx_packets=12000000")
    equal(os.stat(conf).st_mode & 0o777, 0o644)
    done = energy("train", "--output", f"{folder}/no/such", path)
    equal((done.returncode, done.stderr), (
        1, f"energy train: cannot write {folder}/no/such: No such file or directory\n"))
    done = energy("train", "--output", "/dev/null", path)
    equal((done.returncode, done.stderr), (
        1, "energy train: cannot write /dev/null: it is no regular file\n"))


def module(folder):
    root = Root(folder)
    for name in PARAMETERS:
        root.write(f"{MODULE}/{name}", "1000\n")
    return root


def parameters(root):
    values = {}
    for name in PARAMETERS:
        with open(f"{root.path}/{MODULE}/{name}", encoding="utf-8") as file:
            values[name] = int(file.read().split("\n")[0])
    return values


def applied(folder):
    root, path = module(folder), text_log(f"{folder}/log", Load())
    done = energy("train", "--apply", "--root", root.path, path)
    equal((done.returncode, done.stderr), (0, ""))
    expect(done.stdout.endswith("\napplied: energy= counts millijoules\n"), done.stdout)
    near(parameters(root), part=1e-4)


def applied_or_not(folder):
    """One that cannot be set leaves the others as they were."""
    root, path = module(folder), text_log(f"{folder}/log", Load())
    words = ("train", "--apply", "--root", root.path, path)
    last = f"{root.path}/{MODULE}/w_net_tx_packets"
    before = parameters(root)
    os.unlink(last)
    os.symlink("/dev/full", last)
    done = energy(*words)
    equal((done.returncode, done.stderr), (
        1, "energy train: cannot set w_net_tx_packets: No space left on device; all are as they "
        "were\n"))
    os.unlink(last)
    done = energy(*words)
    equal((done.returncode, done.stderr), (
        1, f"energy train: cannot open {last}: No such file or directory "
        "(is energy_core loaded? modprobe energy_rapl_msr)\n"))
    root.write(f"{MODULE}/w_net_tx_packets", "1000\n")
    equal(parameters(root), before)
    if os.geteuid():
        raise Skipped("only root can become nobody")
    os.chmod(last, 0o444)
    shutil.copy(ENERGY, f"{folder}/energy")
    os.chmod(path, 0o444)
    done = subprocess.run([f"{folder}/energy", *words], capture_output=True, text=True,
                          env=ENVIRONMENT, check=False, user=NOBODY, group=NOBODY,
                          extra_groups=[])
    equal(done.returncode, 1)
    expect("w_cpu_ns: Permission denied (try sudo)\n" in done.stderr, done.stderr)


def carbon(folder):
    """At 360 g/kWh a joule is 0.1 mg: weights in milligrams per energy= are too small."""
    path, conf = text_log(f"{folder}/log", Load()), f"{folder}/energy.conf"
    values, text = trained(folder, "--carbon", "360", path)
    expect(text.endswith("\nenergy= counts micrograms of CO2e, at 360 g/kWh, not millijoules\n"),
           text)
    near({name: 10 * value for name, value in values.items()})
    with open(conf, encoding="utf-8") as file:
        expect("\n# energy= counts micrograms of CO2e, at 360 g/kWh, not millijoules\n"
               in file.read())
    # Of a machine that costs a thousand times as much, milligrams are exact enough.
    much = {field: 1000 * TRUTH[field] for field in FIELDS if TRUTH[field] < 10**6}
    words = ("--carbon", "360", "--columns", "cpu_ns,mem,instructions,diski,disko")
    log = text_log(f"{folder}/much", Load(truth=much, still=("wakeups", "rx", "tx")))
    values, text = trained(folder, *words, log)
    expect("energy= counts milligrams of CO2e, at 360 g/kWh" in text, text)
    equal(values["w_cpu_ns"], 420)
    done = energy("train", "--carbon", "360", "--carbon-unit", "mg", path)
    equal(done.returncode, 0)
    expect("energy= counts milligrams of CO2e" in done.stdout, done.stdout)
    expect("energy train: warning: w_cpu_ns is rounded from 0.42 to 0, as the module takes whole "
           "numbers\n" in done.stderr, done.stderr)
    done = energy("train", "--carbon", "360", "--carbon-unit", "ng", path)
    equal((done.returncode, done.stdout), (1, ""))
    expect("energy train: w_wakeups would be 2.3e+09, and is 1000000000 at most, for energy= to "
           "count nanograms of CO2e\n" == done.stderr, done.stderr)
    done = energy("train", "--carbon", f"{folder}/none", path)
    equal((done.returncode, done.stdout), (1, ""))


def followed(folder):
    """The intensity changes, cannot be read for a while, and changes again."""
    root, path = module(folder), text_log(f"{folder}/log", Load())
    root.write("intensity", "360\n")
    words = ("train", "--apply", "--root", root.path, "--carbon", f"{root.path}/intensity",
             "--follow", "--every", "0.1", path)

    def follows(milli):
        return await_that(lambda: parameters(root)["w_cpu_ns"] == milli)

    with running(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                 text=True) as process:
        follows(420)
        root.write("intensity", "180\n")
        follows(210)
        root.remove("intensity")
        expect(process.stderr.readline().endswith("; the weights stay as they are\n"))
        equal(parameters(root)["w_cpu_ns"], 210)
        # Loaded anew meanwhile.
        for name in PARAMETERS:
            root.write(f"{MODULE}/{name}", "1000\n")
        root.write("intensity", "180\n")
        follows(210)
        root.write("intensity", "720")
        follows(840)
        process.send_signal(signal.SIGTERM)
        out = process.communicate(timeout=PATIENCE_S)[0]
        equal(process.returncode, 0)
    equal(re.findall(r"^applied: energy= counts micrograms of CO2e, at (\d+) g/kWh", out, re.M),
          ["360", "180", "720"])


def plot(folder):
    path, svg = text_log(f"{folder}/log", Load(noise_w=0.3), count=4000), f"{folder}/a'b.svg"
    if not shutil.which("gnuplot"):
        raise Skipped("no gnuplot")
    done = energy("train", "--plot", svg, path)
    equal((done.returncode, done.stderr), (0, ""))
    picture = xml.dom.minidom.parse(svg)
    words = [node.firstChild.data for node in picture.getElementsByTagName("title")
             if node.firstChild]
    with open(svg, encoding="utf-8") as file:
        text = file.read()
    for part in ("measured", "predicted", "Residuals", "Power"):
        expect(part in text, part, words)
    expect("http://www.w3.org/2000/svg" in text and len(text) < 400000, len(text))
    os.unlink(svg)
    done = subprocess.run([ENERGY, "train", "--plot", svg, path], capture_output=True, text=True,
                          env={**ENVIRONMENT, "PATH": folder}, check=False)
    equal((done.returncode, done.stderr), (
        1, f"energy train: cannot draw {svg}: gnuplot failed, or is not there "
        "(apt install gnuplot-nox)\n"))
    expect(not os.path.exists(svg))


def nothing_to_fit(folder):
    path = f"{folder}/log"
    text_log(path, Load(), how=lambda load: load.ours("model"))
    done = energy("train", path)
    equal(done.returncode, 1)
    expect(done.stderr.startswith(
        f"energy train: {path}: its energy is a model's estimate (source_kind=model)"),
        done.stderr)
    text_log(path, Load(), how=lambda load: re.sub(r"\S+_[un]j=\d+", "x=0", load.ours()))
    done = energy("train", path)
    equal((done.returncode, done.stderr), (
        1, f"energy train: {path}: it has no measured energy (was a source loaded? "
        "modprobe energy_rapl_msr)\n"))
    text_log(path, Load(), count=30)
    done = energy("train", path)
    equal((done.returncode, done.stderr), (
        1, "energy train: too few intervals between samples: 29, and 30 are needed "
        "(record for longer)\n"))
    open(path, "w", encoding="utf-8").close()
    equal(energy("train", path).returncode, 1)
    done = energy("train", f"{folder}/none")
    equal((done.returncode, done.stderr), (
        1, f"energy train: cannot open {folder}/none: No such file or directory\n"))
    load = Load()
    text_log(path, load, how=lambda load: load.ours() if load.iterations % 4 else
             load.ours().replace(" diski=", " x="))
    _, text = trained(folder, path)
    expect("samples that lack a number: 75\n" in text, text)


CASES = (
    ("train: known weights", known_weights),
    ("train: the units are the kernel's", units_are_the_kernels),
    ("train: noise", noise),
    ("train: few intervals", few_rows),
    ("train: procpower's logs", procpower_logs),
    ("train: --target", one_kind_of_domain),
    ("train: values of the window", window_values),
    ("train: restarts and gaps", restarts_and_gaps),
    ("train: several logs", several_logs),
    ("train: logs of several intervals", several_intervals),
    ("train: logs with what they were rotated from", rotated_logs),
    ("train: times without a source", unmeasured_times),
    ("train: a restart with a sample of no use", restart_in_the_unusable),
    ("train: no weights at all", no_weights),
    ("train: power that never changes", constant_power),
    ("train: columns that are left out", left_out_columns),
    ("train: columns that go together", collinear_columns),
    ("train: a file for modprobe.d", modprobe_file),
    ("train: --apply", applied),
    ("train: --apply all or nothing", applied_or_not),
    ("train: --carbon", carbon),
    ("train: --follow", followed),
    ("train: --plot", plot),
    ("train: nothing to fit", nothing_to_fit),
)
