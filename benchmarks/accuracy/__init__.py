"""How well events are found, named and measured: real recordings, composed ones, synthetic ones.

`python -m benchmarks.accuracy` runs it. `material` says which recordings and which part each belongs
to, the suites (`placed`, `resting`, `evoked`, `contracting`, `disturbed`, `cramping`, `led`, `synthetic`)
make cases of them, `ours` and `peers` find events in a case, `score` counts, `table` prints. How well
events are measured (`measures`), grouped (`grouping`) and counted again (`repeating`) is a suite of its
own, `measuring`. Tuning and training touch the develop part only; subjects and devices of the test part
are others. Recordings are taken from the folder of FASCISCOPE_TEST_DATA; suites that need an absent one
are left out, and said to be. Scores of synthetic and composed signals are not clinical accuracy.
"""
