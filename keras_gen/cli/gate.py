"""`keras-gen gate`: what can be said, and what it does."""

from keras_gen.cli.flags import a_path, add_command


def add_gate(commands) -> None:
    """Add the command that holds a new run against an approved one."""
    gate = add_command(
        commands, "gate", "tell whether a measured run may take the place of an approved one"
    )
    gate.add_argument("run_dir", type=a_path, metavar="RUN_DIR", help="folder of the new run")
    gate.add_argument(
        "--against",
        type=a_path,
        required=True,
        metavar="RUN_DIR",
        help="folder of the approved run; both were measured by keras-gen evaluate",
    )


def gate(arguments) -> int:
    """Print each measure of both runs; status 1 where one of them fails."""
    from keras_gen.evaluation.release import compare_with_approved, format_checks

    checks = compare_with_approved(arguments.run_dir, arguments.against)
    print(format_checks(checks))
    return int(any(check.reason for check in checks))
