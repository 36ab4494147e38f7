"""The benchmark: each promise about speed, beside a peer or a limit in the same run."""
