#!/usr/bin/env python3
"""energy.py STATS.json MACHINE.ini - are the picojoules what counters and prices say? One power point."""
import configparser
import json
import sys

stats = json.load(open(sys.argv[1]))
machine = configparser.ConfigParser()
machine.read(sys.argv[2])
price = {k: int(v) for k, v in machine["energy"].items()}
mv, nominal = int(machine["core"]["mv"]), price.pop("mv")
khz = int(machine["core"]["khz"])
chip, cycles, work = stats["chip"], stats["cycles"], stats["work"]
energy = stats["energy_pj"]


def unit(name):
    return sum(phase[name] for phase in energy.values())


def check(name, femtojoules):
    """Cells are rounded down, one a phase."""
    found = unit(name)
    if not femtojoules // 1000 - len(energy) <= found <= femtojoules // 1000:
        sys.exit(f"{name}: {found} pJ, expected {femtojoules / 1000}")


def core(picojoules):
    return (picojoules * 1000 * mv * mv + nominal * nominal // 2) // (nominal * nominal)


def leak(microwatts):
    return microwatts * 1000000 * mv ** 3 // nominal ** 3 // khz


idle = sum(p["idle"] for p in cycles.values())
count = {
    "bundle": chip["bundles"],
    "clock": chip["cycles"] - idle,
    "l1i": chip["l1i.hits"] + chip["l1i.misses"],
    "l1d": chip["l1d.hits"] + chip["l1d.misses"],
    "l2": chip["l2.hits"] + chip["l2.misses"],
    "tlb": chip["guest_loads"] + chip["guest_stores"],
    "sbuf": chip["sbuf.stores"],
}
for name, n in count.items():
    check(name, n * core(price[name]))
opened = chip["dram.page_misses"]
check("dram", (opened + chip["dram.page_hits"]) * price["dram"] * 1000)
check("dram_open", opened * price["dram_open"] * 1000)
check("rom", chip["rom.lines"] * price["rom"] * 1000)
for name in ("leak_core", "leak_l1i", "leak_l1d", "leak_l2"):
    check(name, chip["cycles"] * leak(price[name]))

# Atoms: all of them, at the price of their class, long immediates apart.
classes = [k for k in price if k not in count and k not in ("dram", "dram_open", "rom", "jtlb")
           and not k.startswith("leak") and k != "lim"]
atoms = sum(unit(k) * 1000 / core(price[k]) for k in classes if price[k])
if abs(atoms - chip["atoms"]) > len(classes) * len(energy):
    sys.exit(f"energy for {atoms} atoms, expected {chip['atoms']}")

cells = [e for phase in energy.values() for e in phase.values()]
if not sum(cells) <= chip["energy_pj"] <= sum(cells) + len(cells):
    sys.exit(f"cells add up to {sum(cells)} pJ, expected {chip['energy_pj']}")
