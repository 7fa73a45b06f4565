"""How long the interactions take: atoms, cross sections, loss functions, whole tables."""

import os
import subprocess
import sys
import tempfile
import time

import numpy as np

from scintidot.atoms.elements import element
from scintidot.atoms.structure import dirac_fock
from scintidot.interactions.inelastic import loss_medium_of
from scintidot.materials.library import load_material
from scintidot.transport.elastic.cross_sections import angular_distribution, scatterer
from scintidot.transport.elastic.tables import table
from scintidot.transport.inelastic.extension import response
from scintidot.transport.inelastic.full_penn import spectrum

SAMPLES = 1_000_000


def once(task):
    """Time [s] of one run."""
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


def whole_build(material):
    """Time [s] of ``scintidot materials build`` as a process, nothing kept before."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "SCINTIDOT_CACHE": folder}
        command = [sys.executable, "-m", "scintidot", "materials", "build", material]
        return once(lambda: subprocess.run(command, check=True, capture_output=True, env=environment))


def seconds(best):
    """Figures in seconds; ``best`` repeats a task after one warm-up, which compiles."""
    lead, target = element("Pb"), scatterer(element("Pb"))
    medium = loss_medium_of(load_material("CsPbBr3"))
    extended = response(medium)
    return {
        "atom_Pb_dirac_fock": best(lambda: dirac_fock(lead), 2),
        "elastic_Pb_1keV_partial_waves": best(lambda: angular_distribution(target, 1e3), 3),
        "elastic_Pb_100keV_partial_waves": best(lambda: angular_distribution(target, 1e5), 3),
        "inelastic_CsPbBr3_response": best(lambda: response(medium), 2),
        "inelastic_CsPbBr3_7keV_spectrum": best(lambda: spectrum(7e3, medium, extended, "moller"), 5),
        "build_CsPbBr3": whole_build("CsPbBr3"),
        "build_water": whole_build("water"),
    }


def per_sample(best):
    """Angles of elastic scattering drawn from the tables, time [s] of one."""
    random = np.random.default_rng(1)
    energy, uniform = 10 ** random.uniform(1, 5, SAMPLES), random.random(SAMPLES)
    lead = table("Pb")
    return {"elastic_angle": best(lambda: lead.sample(energy, uniform), 3) / SAMPLES}
