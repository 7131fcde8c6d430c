"""The layers of `make test`: what each one runs, how its tests are counted, and in which order they share the machine."""
