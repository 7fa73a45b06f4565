"""A run of scintidot on SLURM with as many jobs as there is work and room for; needs ``pip install dask-jobqueue``.

    python slurm_adaptive.py deposit --edge-length 8.7 --host octane --histories 1e9 --out run

Workers come when the queue lets them start and may go at any time: what a lost one was doing is done again. Start it on
a login node or in a small job of its own; killed, it goes on with ``python slurm_adaptive.py resume run``.
"""

import subprocess
import sys

from dask_jobqueue import SLURMCluster

JOB = {
    "cores": 16,  # of one job
    "processes": 16,  # workers of one job: one for each core
    "memory": "16 GB",
    "walltime": "02:00:00",
    # "queue": "cpu", "account": "my-project",
}
MOST_JOBS = 20
PROLOGUE = [
    "export OPENBLAS_NUM_THREADS=1",
    "export SCINTIDOT_CACHE=${SCINTIDOT_CACHE:-$HOME/.cache/scintidot}",  # a folder that all nodes see
]

if __name__ == "__main__":
    with SLURMCluster(**JOB, job_script_prologue=PROLOGUE) as cluster:
        # each worker has a few tasks of two seconds ahead: with the usual 5 s hardly any more would be asked for
        cluster.adapt(minimum_jobs=1, maximum_jobs=MOST_JOBS, target_duration="1s")
        command = [sys.executable, "-m", "scintidot", *sys.argv[1:], "--scheduler", cluster.scheduler_address]
        sys.exit(subprocess.run(command, check=False).returncode)
