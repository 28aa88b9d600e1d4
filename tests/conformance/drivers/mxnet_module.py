"""As `mxnet`, with a Module as the model, which has defaults of its own: rows of three numbers, one at a time."""

from conformance.drivers import mxnet

MODULE = """
import mxnet as _mxnet

def M():
    module = _mxnet.mod.Module(_mxnet.sym.Variable("data") * 1, data_names=["data"], label_names=None)
    module.bind(for_training=False, data_shapes=[("data", (1, 3))])
    module.init_params()
    return module
"""


class Driver(mxnet.Driver):
    """The same service around a Module."""

    model = MODULE
