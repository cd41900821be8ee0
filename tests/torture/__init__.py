"""Never lost, never paid twice: random schedules of faults, stops and kills, each a pure function of its seed.

    python -m tests.torture --count 10000              the long form (`make torture N=10000`)
    python -m tests.torture --seed 123 --verbose       one schedule again, step by step

`schedule` says what happens, `lane` makes it happen with real processes: a sandbox (`provider`) and customers
(`customer`) who are forked from the lane and die by SIGKILL at the moments that `steps` knows. `verdict` reads the
ledger and the sandbox's tasks afterwards and says what was lost, paid twice or broken; `figures` sums it up.
"""
