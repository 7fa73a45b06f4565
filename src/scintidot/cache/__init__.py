"""What is kept between runs, under the fingerprint of everything that it was made from: it costs only time to lose it.

`folder` says where and how much, `store` keeps datasets, `kernels` compiled code, `room` holds the size limit,
`contents` tells and clears. `container` is the form of a file, `locks` make one process build what others wait for.
"""
