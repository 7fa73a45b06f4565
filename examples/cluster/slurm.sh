#!/bin/bash
# A run of scintidot on SLURM, with nothing but scintidot installed:
#
#     sbatch slurm.sh deposit --edge-length 8.7 --host octane --histories 1e9 --out run
#
# Activate the environment that scintidot is installed in before, or below.
# It starts a scheduler, one worker for each task, and the command, all in one job. A job that SLURM ended too early
# goes on where it was:  sbatch slurm.sh resume run
#SBATCH --job-name=scintidot
#SBATCH --ntasks=64
#SBATCH --cpus-per-task=1
#SBATCH --mem-per-cpu=1G
#SBATCH --time=04:00:00
set -euo pipefail

scheduler=$PWD/scheduler-${SLURM_JOB_ID:-0}.json
export OPENBLAS_NUM_THREADS=1
export SCINTIDOT_CACHE=${SCINTIDOT_CACHE:-$HOME/.cache/scintidot}  # a folder that all nodes see

rm -f "$scheduler"  # of a job that was requeued
python -m distributed.cli.dask_scheduler --scheduler-file "$scheduler" --port 0 --dashboard-address :0 &
started=$!
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$scheduler"' EXIT
while [ ! -s "$scheduler" ]; do
  kill -0 $started 2>/dev/null || exit 1
  sleep 0.2
done

srun python -m distributed.cli.dask_worker --scheduler-file "$scheduler" --nthreads 1 --memory-limit 0 --no-dashboard &
python -m scintidot "$@" --scheduler "$scheduler"
