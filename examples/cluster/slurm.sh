#!/bin/bash
# Train on several machines under Slurm: one task on each node is one worker.
#     sbatch examples/cluster/slurm.sh dcgan runs/dcgan-cluster
# Resume after a failure or the time limit:
#     sbatch examples/cluster/slurm.sh --resume runs/dcgan-cluster
#SBATCH --job-name=keras-gen
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=8
#SBATCH --time=04:00:00
#SBATCH --signal=TERM@120
set -eu

what=$1   # a recipe, or --resume
folder=$2 # on a file system that all nodes share
port=${PORT:-12345}

workers=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | sed "s/.*/\"&:$port\"/" | paste -sd,)
export workers what folder

# Single quotes: each task fills in its own number.
srun --kill-on-bad-exit=1 bash -c '
    export TF_CONFIG="{\"cluster\": {\"worker\": [$workers]},
                       \"task\": {\"type\": \"worker\", \"index\": $SLURM_PROCID}}"
    exec keras-gen train "$what" --run-dir "$folder" --strategy multiworker
'
