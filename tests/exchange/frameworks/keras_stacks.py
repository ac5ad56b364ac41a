"""Random stacks of Keras's layers."""
import keras
import numpy

layers = keras.layers
ACTIVATIONS = ["linear", "relu", "tanh", "sigmoid", "elu", "selu", "softplus", "silu", "gelu"]


class Builder:
    """Chooses layers for what comes out of those before."""

    def __init__(self, number):
        self.random = numpy.random.default_rng(number)

    def below(self, count):
        return int(self.random.integers(count))

    def coin(self):
        return bool(self.below(2))

    def units(self):
        return 2 + self.below(6)

    def activation(self):
        return ACTIVATIONS[self.below(len(ACTIVATIONS))]

    def pick(self, *makers):
        return makers[self.below(len(makers))]()

    def for_rows(self):
        return self.pick(
            lambda: layers.BatchNormalization(scale=self.coin()),
            lambda: layers.LayerNormalization(),
            lambda: layers.Activation(self.activation()),
            lambda: layers.LeakyReLU(0.125),
            lambda: layers.PReLU(alpha_initializer=keras.initializers.Constant(0.25)),
            *[lambda: layers.Dense(self.units(), self.activation(), use_bias=self.coin())] * 3,
        )

    def for_sequences(self):
        return self.pick(
            lambda: layers.Conv1D(self.units(), 3, padding="causal", dilation_rate=1 + self.below(2),
                                  activation=self.activation(), use_bias=self.coin()),
            lambda: layers.LSTM(self.units(), return_sequences=True, go_backwards=self.coin()),
            lambda: layers.GRU(self.units(), return_sequences=True, reset_after=self.coin()),
            lambda: layers.SimpleRNN(self.units(), return_sequences=True),
            lambda: layers.Bidirectional(layers.LSTM(self.units(), return_sequences=True),
                                         merge_mode=["concat", "sum", "mul", "ave"][self.below(4)]),
            lambda: layers.LayerNormalization(),
            lambda: layers.BatchNormalization(),
            lambda: layers.TimeDistributed(layers.Dense(self.units(), "tanh")),
            lambda: layers.Dense(self.units(), self.activation()),
        )

    def for_pictures(self):
        return self.pick(
            lambda: layers.Conv2D(self.units(), (1 + self.below(3), 3), strides=1 + self.below(2),
                                  padding="same", activation=self.activation(), use_bias=self.coin()),
            lambda: layers.MaxPooling2D(2, strides=1, padding="same"),
            lambda: layers.AveragePooling2D(2, strides=1, padding="same"),
            lambda: layers.BatchNormalization(),
            lambda: layers.DepthwiseConv2D(3, padding="same", depth_multiplier=1 + self.below(2)),
            lambda: layers.SeparableConv2D(self.units(), 3, padding="same"),
            lambda: layers.ZeroPadding2D(1),
            lambda: layers.Conv2DTranspose(self.units(), 3, padding="same"),
            lambda: layers.LayerNormalization(),
        )

    def rows(self, count):
        shape = (self.units(),)
        return shape, [self.for_rows() for _ in range(count)]

    def sequences(self, count):
        end = self.pick(lambda: layers.LSTM(self.units(), use_bias=self.coin()),
                        lambda: layers.GRU(self.units(), reset_after=self.coin()),
                        layers.GlobalAveragePooling1D,
                        lambda: layers.Bidirectional(layers.SimpleRNN(self.units())), layers.Flatten)
        shape = (6, self.units())
        return shape, [*[self.for_sequences() for _ in range(count)], end]

    def pictures(self, count):
        end = self.pick(layers.GlobalAveragePooling2D, layers.GlobalMaxPooling2D, layers.Flatten)
        shape = (8, 7, self.units())
        return shape, [*[self.for_pictures() for _ in range(count)], end]

    def tokens(self, count):
        words = [layers.Embedding(11, self.units(), mask_zero=self.coin())]
        for _ in range(count // 3):
            kind = layers.LSTM if self.coin() else layers.GRU
            words.append(kind(self.units(), return_sequences=True))
        return (7,), [*words, layers.LSTM(self.units())]


def stack(number):
    """The stack of that number and samples for it."""
    keras.utils.set_random_seed(number)
    keras.backend.clear_session()
    builder = Builder(number)
    kind = ["rows", "sequences", "pictures", "tokens"][number % 4]
    shape, parts = getattr(builder, kind)(2 + builder.below(5))
    integers = kind == "tokens"
    start = keras.Input(shape, dtype="int32" if integers else "float32")
    end = layers.Dense(3, "softmax" if builder.coin() else "linear")
    model = keras.Sequential([start, *parts, end], name=f"stack_{number}")
    samples = (6, *shape)
    x = builder.random.integers(0, 11, samples) if integers else builder.random.standard_normal(samples)
    return model, [x.astype("int32" if integers else "float32")]
