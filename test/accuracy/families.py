"""The families: their points and their functions in mpmath.

A point is a dict of numbers already rounded to the format; a vector is a tuple. Half of the points are typical, half are
hostile: parameters from 1e-6 to 1e8, values out to both ends of the support.

`units` names, for the quantities where it is needed, the largest term that no formula can avoid: an error is counted in
eps * max(|exact|, floor, unit), see README.md.
"""

from mpmath import mp, mpf

from truth import Draw, binomial_entropy, binomial_log_prob, derivative, gammainc, log_beta, ndtr, ndtri, xlogy

LOG_2PI = mp.log(2 * mp.pi)


class Family:
    name = ""
    parameters = ()  # in the constructor's order
    differentiable = None  # the inputs of log_prob to differentiate in; by default the value and every parameter
    uses_lgamma = False  # which goal log_prob has
    composite = False  # more than one formula of the library is at work
    cdf_gradients = ()
    edges = ()  # further points: ends of the support, and where other libraries were seen to fail

    # Functions, all of (value, **parameters) or (**parameters); None: the family has no such method.
    cdf = icdf = mean = variance = entropy = None

    def log_prob(self, value, **parameters):
        raise NotImplementedError

    def support(self, value, **parameters):
        return True

    def points(self, draw: Draw, hostile: bool, count: int):
        for _ in range(count):
            yield self.hostile(draw) if hostile else self.typical(draw)

    def units(self, quantity, value, **parameters):
        return None

    def gradient_inputs(self):
        return ("value",) + self.parameters if self.differentiable is None else self.differentiable


def tail_z(draw, double=37.0, single=12.5):
    """A deviate far out, as far as the tail is representable."""
    z = draw.log_uniform(-6, 0) if draw.chance(0.3) else draw.uniform(1, double if draw.fmt.is_double else single)
    return draw.sign() * z


def probability(draw, hostile):
    """A probability for icdf: to 1e-300 (1e-37 in float) and to within eps of 1."""
    if not hostile:
        return draw.uniform(0.01, 0.99)
    if draw.chance(0.6):
        return draw.log_uniform(-300 if draw.fmt.is_double else -37, -1)
    return (
        draw.fmt.round(1 - draw.fmt.eps * (1 + draw.integer(0, 3)) / 2)
        if draw.chance(0.3)
        else draw.fmt.round(1 - mp.power(10, draw.uniform(-15 if draw.fmt.is_double else -7, -1)))
    )


def hostile_unit_interval(draw, low_double=-300, low_single=-37):
    """A number in (0, 1) near one of its ends."""
    if draw.chance(0.5):
        return draw.log_uniform(low_double if draw.fmt.is_double else low_single, -0.3)
    x = draw.fmt.round(1 - mp.power(10, draw.uniform(-16 if draw.fmt.is_double else -7.2, -0.3)))
    return x if x < 1 else draw.fmt.round(1 - draw.fmt.eps / 2)


def extreme(draw):
    """A positive number anywhere between the ends of the format."""
    return draw.log_uniform(-300, 300) if draw.fmt.is_double else draw.log_uniform(-37, 38)


class Normal(Family):
    name, parameters = "Normal", ("loc", "scale")
    cdf_gradients = ("value", "loc", "scale")
    edges = tuple(
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-5.5, 1e-15), (-6.0, 1e-8), (-8.0, 3e-8), (-10.0, 1 - 6e-8), (-12.5, 1e-37), (0.0, 0.5))
    )

    def typical(self, draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        return dict(
            loc=loc,
            scale=scale,
            value=draw.fmt.round(loc + scale * 1.5 * draw.bell()),
            probability=probability(draw, False),
        )

    def hostile(self, draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        if draw.chance(0.1):  # squares of these leave the format
            scale = draw.log_uniform(-165, 160) if draw.fmt.is_double else draw.log_uniform(-30, 30)
            loc = 0.0
        else:
            scale = draw.log_uniform(-6, 8)
        z = draw.sign() * draw.log_uniform(2, 100 if draw.fmt.is_double else 12) if draw.chance(0.1) else tail_z(draw)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(loc + scale * z), probability=probability(draw, True))

    def log_prob(self, value, loc, scale):
        return -(((value - loc) / scale) ** 2) / 2 - mp.log(scale) - LOG_2PI / 2

    def cdf(self, value, loc, scale):
        return ndtr((value - loc) / scale)

    def icdf(self, probability, loc, scale):
        return loc + scale * ndtri(probability)

    def mean(self, loc, scale):
        return loc

    def variance(self, loc, scale):
        return scale**2

    def entropy(self, loc, scale):
        return mp.log(scale) + (1 + LOG_2PI) / 2

    def units(self, quantity, value, loc, scale, **_):
        z = (value - loc) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), z**2 / 2)
        if quantity == "log_prob/scale":
            return max(1, z**2) / scale
        if quantity == "icdf":
            return abs(loc)
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity == "cdf":
            return ("relative to goal", z**2)


class LogNormal(Family):
    name, parameters = "LogNormal", ("loc", "scale")
    edges = (
        dict(loc=0.0, scale=1e-6, value=1.0, probability=0.5),
        dict(loc=-700.0, scale=26.5, value=1.0, probability=0.5),
    )

    def typical(self, draw):
        loc, scale = draw.uniform(-2, 2), draw.log_uniform(-1, 0.3)
        return dict(
            loc=loc,
            scale=scale,
            value=draw.fmt.round(mp.exp(loc + scale * 1.5 * draw.bell())),
            probability=probability(draw, False),
        )

    def hostile(self, draw):
        wide = draw.chance(0.5)
        loc = draw.fmt.round(draw.sign() * draw.log_uniform(-6, 2 if wide else 1.6))
        scale = draw.log_uniform(-6, 8 if wide else 1)
        x = mp.exp(loc + scale * mpf(tail_z(draw)))
        if not draw.fmt.smallest < x < draw.fmt.largest:
            x = extreme(draw)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(x), probability=probability(draw, True))

    def support(self, value, loc, scale):
        return value > 0

    def log_prob(self, value, loc, scale):
        return -(((mp.log(value) - loc) / scale) ** 2) / 2 - mp.log(scale) - LOG_2PI / 2 - mp.log(value)

    def cdf(self, value, loc, scale):
        return ndtr((mp.log(value) - loc) / scale)

    def icdf(self, probability, loc, scale):
        return mp.exp(loc + scale * ndtri(probability))

    def mean(self, loc, scale):
        return mp.exp(loc + scale**2 / 2)

    def variance(self, loc, scale):
        return mp.expm1(scale**2) * mp.exp(2 * loc + scale**2)

    def entropy(self, loc, scale):
        return mp.log(scale) + (1 + LOG_2PI) / 2 + loc

    def units(self, quantity, value, loc, scale, probability=None):
        z = (mp.log(value) - loc) / scale
        # The terms of z: log(value) is rounded before loc is subtracted.
        inner = max(abs(mp.log(value)), abs(loc)) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), abs(mp.log(value)), z**2 / 2, abs(z) * inner)
        if quantity == "log_prob/value":
            return max(1, inner / scale) / value
        if quantity == "log_prob/loc":
            return inner / scale
        if quantity == "log_prob/scale":
            return max(1, z**2, abs(z) * inner) / scale
        if quantity == "entropy":
            return max(abs(mp.log(scale)), abs(loc))
        if quantity == "cdf":
            return ("relative to goal", max(1, abs(z)) * max(abs(z), inner))
        if quantity == "icdf":
            return ("relative to goal", abs(loc) + 2 * abs(scale * ndtri(probability)))


class Laplace(Family):
    name, parameters = "Laplace", ("loc", "scale")
    cdf_gradients = ("value", "loc", "scale")
    edges = tuple(
        dict(loc=0.0, scale=1.0, value=x, probability=p)
        for x, p in ((-50.0, 1e-15), (-1e-30, 0.5), (80.0, 1 - 6e-8), (-87.0, 1e-37), (12.5, 0.75))
    )

    def typical(self, draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        return dict(
            loc=loc,
            scale=scale,
            value=draw.fmt.round(loc + scale * 2 * draw.bell()),
            probability=probability(draw, False),
        )

    def hostile(self, draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        z = draw.sign() * draw.log_uniform(2, 100 if draw.fmt.is_double else 12) if draw.chance(0.1) else (
            tail_z(draw, 700.0, 85.0)
        )
        value = draw.fmt.round(loc + scale * z)
        if value == loc:  # there is no derivative
            value = draw.fmt.round(loc + scale)
        return dict(loc=loc, scale=scale, value=value, probability=probability(draw, True))

    def log_prob(self, value, loc, scale):
        return -abs(value - loc) / scale - mp.log(2 * scale)

    def cdf(self, value, loc, scale):
        tail = mp.exp(-abs(value - loc) / scale) / 2
        return tail if value < loc else 1 - tail

    def icdf(self, probability, loc, scale):
        return loc + scale * (mp.log(2 * probability) if probability < 0.5 else -mp.log(2 * (1 - probability)))

    def mean(self, loc, scale):
        return loc

    def variance(self, loc, scale):
        return 2 * scale**2

    def entropy(self, loc, scale):
        return 1 + mp.log(2 * scale)

    def units(self, quantity, value, loc, scale, **_):
        distance = abs(value - loc) / scale
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), distance)
        if quantity == "log_prob/scale":
            return max(1, distance) / scale
        if quantity == "icdf":
            return abs(loc)
        if quantity == "entropy":
            return abs(mp.log(scale))
        if quantity == "cdf" or quantity.startswith("cdf/"):  # exp(-distance)
            return ("relative to goal", distance)


class StudentT(Family):
    name, parameters = "StudentT", ("df", "loc", "scale")
    uses_lgamma = True
    edges = tuple(
        dict(df=v, loc=0.0, scale=1.0, value=x)
        for v, x in ((1e6, 0.5), (1e8, 1e-4), (3.0, 1e20), (1e-6, 1.0), (0.5, -1e30), (1e30, 1.0), (1e30, 1e10))
    )

    def typical(self, draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-1, 1)
        value = draw.fmt.round(loc + scale * 2 * draw.bell())
        return dict(df=draw.log_uniform(-0.3, 2), loc=loc, scale=scale, value=value)

    def hostile(self, draw):
        loc = 0.0 if draw.chance(0.5) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
        scale = draw.log_uniform(-6, 8)
        df = draw.log_uniform(-6, 15) if draw.chance(0.9) else draw.log_uniform(-37, 38)
        far = 250 if draw.fmt.is_double else 30
        z = tail_z(draw) if draw.chance(0.7) else draw.sign() * draw.log_uniform(-far / 2, far)
        return dict(df=df, loc=loc, scale=scale, value=draw.fmt.round(loc + scale * mpf(z)))

    def log_prob(self, value, df, loc, scale):
        ratio = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2
        return ratio - mp.log(scale) - (df + 1) / 2 * mp.log1p(((value - loc) / scale) ** 2 / df)

    def mean(self, df, loc, scale):
        return loc if df > 1 else None

    def variance(self, df, loc, scale):
        return scale**2 * (1 + 2 / (df - 2)) if df > 2 else mp.inf if df > 1 else None

    def entropy(self, df, loc, scale):
        slope = mp.digamma((df + 1) / 2) - mp.digamma(df / 2)
        return (df + 1) / 2 * slope + mp.log(df) / 2 + log_beta(df / 2, mpf(1) / 2) + mp.log(scale)

    def units(self, quantity, value, df, loc, scale):
        z = (value - loc) / scale
        w = z**2 / df
        drop = (df + 1) / 2 * mp.log1p(w)
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), drop)
        if quantity == "log_prob/scale":
            return max(1, (df + 1) * w / (1 + w)) / scale
        if quantity == "log_prob/df":
            # That of the normalizer, and the two parts that the derivative of the drop has.
            return max(1 / df / (1 + df), abs(mp.log1p(w) - w / (1 + w)), w / (1 + w) / df) / 2
        if quantity == "entropy":
            return abs(mp.log(scale))


class Uniform(Family):
    name, parameters = "Uniform", ("low", "high")
    differentiable = ("low", "high")

    def interval(self, draw, hostile):
        while True:
            if hostile:
                low = 0.0 if draw.chance(0.3) else draw.fmt.round(draw.sign() * draw.log_uniform(-6, 8))
                high = draw.fmt.round(low + draw.log_uniform(-6, 8))
            else:
                low = draw.uniform(-3, 3)
                high = draw.fmt.round(low + draw.log_uniform(-1, 1))
            if low < high:
                return low, high

    def typical(self, draw):
        low, high = self.interval(draw, False)
        return dict(
            low=low,
            high=high,
            value=draw.fmt.round(low + (high - low) * draw.uniform()),
            probability=probability(draw, False),
        )

    def hostile(self, draw):
        low, high = self.interval(draw, True)
        width = high - low
        x = draw.choice(
            [
                low,
                high,
                draw.fmt.round(low - width),
                draw.fmt.round(high + width),
                draw.fmt.round(low + width * hostile_unit_interval(draw)),
                draw.fmt.round(low + width * draw.uniform()),
            ]
        )
        return dict(low=low, high=high, value=x, probability=probability(draw, True))

    def support(self, value, low, high):
        return low <= value <= high

    def log_prob(self, value, low, high):
        return -mp.log(high - low)

    def cdf(self, value, low, high):
        return min(max((value - low) / (high - low), mpf(0)), mpf(1))

    def icdf(self, probability, low, high):
        return low + probability * (high - low)

    def mean(self, low, high):
        return (low + high) / 2

    def variance(self, low, high):
        return (high - low) ** 2 / 12

    def entropy(self, low, high):
        return mp.log(high - low)

    def units(self, quantity, value, low, high, **_):
        if quantity == "icdf":
            return abs(low)


class Exponential(Family):
    name, parameters = "Exponential", ("rate",)
    edges = (dict(rate=1.0, value=1e-8, probability=1e-8),)
    cdf_gradients = ("value", "rate")

    def typical(self, draw):
        rate = draw.log_uniform(-1, 1)
        return dict(
            rate=rate, value=draw.fmt.round(draw.log_uniform(-2, 0.7) / rate), probability=probability(draw, False)
        )

    def hostile(self, draw):
        rate = draw.log_uniform(-6, 8)
        x = draw.choice(
            [
                0.0,
                extreme(draw),
                draw.fmt.round(draw.log_uniform(-30, 3) / rate),
                draw.fmt.round(draw.log_uniform(-6, 2.5) / rate),
            ]
        )
        return dict(rate=rate, value=x, probability=probability(draw, True))

    def log_prob(self, value, rate):
        return mp.log(rate) - rate * value

    def cdf(self, value, rate):
        return -mp.expm1(-rate * value)

    def icdf(self, probability, rate):
        return -mp.log1p(-probability) / rate

    def mean(self, rate):
        return 1 / rate

    def variance(self, rate):
        return 1 / rate**2

    def entropy(self, rate):
        return 1 - mp.log(rate)

    def units(self, quantity, value, rate, **_):
        if quantity == "log_prob":
            return max(abs(mp.log(rate)), rate * value)
        if quantity == "entropy":
            return abs(mp.log(rate))
        if quantity == "log_prob/rate":
            return max(1 / rate, value)
        if quantity.startswith("cdf/"):  # exp(-rate value)
            return ("relative to goal", rate * value)


def gamma_log_prob(value, concentration, rate):
    return concentration * mp.log(rate) + xlogy(concentration - 1, value) - rate * value - mp.loggamma(concentration)


def gamma_entropy(concentration):
    return concentration + mp.loggamma(concentration) + (1 - concentration) * mp.digamma(concentration)


class Gamma(Family):
    name, parameters = "Gamma", ("concentration", "rate")
    uses_lgamma = True
    cdf_gradients = ("value", "concentration", "rate")
    edges = tuple(dict(concentration=a, rate=2.0, value=0.0) for a in (0.5, 1.0, 1.5, 2.0, 1e6)) + tuple(
        dict(concentration=a, rate=1.0, value=x) for a, x in ((1e8, 99990000.0), (1e8, 1e8), (1e-6, 1e-6))
    )

    def gamma(self, **parameters):
        return parameters

    def parameters_at(self, draw, concentration, rate):
        return dict(concentration=concentration, rate=rate)

    def values(self, draw, concentration, rate, hostile):
        a, r = mpf(concentration), mpf(rate)
        deviation = mp.sqrt(a)
        if not hostile:
            return max(a + deviation * draw.bell(), a * draw.uniform(0.05, 0.5)) / r
        bulk = max(a + deviation * mpf(tail_z(draw, 9, 5)), a * mpf(draw.log_uniform(-3, -0.1))) / r
        return draw.choice([bulk, bulk, a / r * mpf(draw.log_uniform(-8, 2)), extreme(draw), a / r])

    def point(self, draw, concentration, rate, hostile):
        x = self.values(draw, concentration, rate, hostile)
        x = draw.fmt.round(min(max(x, draw.fmt.smallest), draw.fmt.largest))
        return dict(**self.parameters_at(draw, concentration, rate), value=x)

    def typical(self, draw):
        return self.point(draw, draw.log_uniform(-0.7, 2), draw.log_uniform(-1, 1), False)

    def hostile(self, draw):
        return self.point(draw, draw.log_uniform(-6, 8), draw.log_uniform(-6, 8), True)

    def support(self, value, **_):
        return value >= 0

    def log_prob(self, value, **parameters):
        return gamma_log_prob(value, **self.gamma(**parameters))

    def cdf(self, value, **parameters):
        g = self.gamma(**parameters)
        return gammainc(g["concentration"], g["rate"] * value)

    def mean(self, **parameters):
        g = self.gamma(**parameters)
        return g["concentration"] / g["rate"]

    def variance(self, **parameters):
        g = self.gamma(**parameters)
        return g["concentration"] / g["rate"] ** 2

    def entropy(self, **parameters):
        g = self.gamma(**parameters)
        return gamma_entropy(g["concentration"]) - mp.log(g["rate"])

    def units(self, quantity, value, **parameters):
        g = self.gamma(**{k: v for k, v in parameters.items() if k in self.parameters})
        a, r = g["concentration"], g["rate"]
        if value == 0:
            return None
        if quantity == "log_prob/value":
            return 1 / value
        if quantity in ("log_prob/concentration", "log_prob/df"):
            return (
                max(abs(mp.log(value)), abs(mp.log(r)), abs(mp.digamma(a)))
                if a < 10
                else max(abs(mp.log(value * r / a)), 1 / a)
            )
        if quantity == "cdf":
            exact = self.cdf(value, **parameters)
            return ("relative to goal", -2 * mp.log(exact)) if exact else None


class Chi2(Gamma):
    name, parameters = "Chi2", ("df",)
    cdf_gradients = ("value", "df")
    edges = tuple(dict(df=2 * a, value=0.0) for a in (0.5, 1.0, 1.5, 2.0, 1e6))

    def gamma(self, df):
        return dict(concentration=df / 2, rate=mpf(1) / 2)

    def parameters_at(self, draw, concentration, rate):
        return dict(df=draw.fmt.round(2 * concentration))

    def values(self, draw, concentration, rate, hostile):
        return super().values(draw, concentration, 0.5, hostile)


class Beta(Family):
    name, parameters = "Beta", ("concentration1", "concentration0")
    uses_lgamma = True
    edges = tuple(
        dict(concentration1=a, concentration0=b, value=x)
        for a, b in ((1.0, 1.0), (1.0, 2.0), (2.0, 1.0), (1.0, 1e6), (2.0, 3.0))
        for x in (0.0, 1.0)
    ) + tuple(dict(concentration1=a, concentration0=a, value=0.5) for a in (1e-6, 1.0, 1e8))

    def typical(self, draw):
        a, b = draw.log_uniform(-0.7, 2), draw.log_uniform(-0.7, 2)
        mean = a / (a + b)
        deviation = (mean * (1 - mean) / (a + b + 1)) ** 0.5
        x = mean + deviation * draw.bell()
        return dict(
            concentration1=a, concentration0=b, value=draw.fmt.round(x if 0.01 < x < 0.99 else draw.uniform(0.01, 0.99))
        )

    def hostile(self, draw):
        a = draw.log_uniform(-6, 8)
        b = draw.log_uniform(-6, 8) if draw.chance(0.5) else draw.fmt.round(mpf(a) * mpf(draw.log_uniform(-2, 2)))
        mean = mpf(a) / (mpf(a) + b)
        deviation = mp.sqrt(mean * (1 - mean) / (mpf(a) + b + 1))
        x = draw.fmt.round(mean + deviation * 2 * draw.bell()) if draw.chance(0.6) else hostile_unit_interval(draw)
        if not 0 < x < 1:
            x = hostile_unit_interval(draw)
        return dict(concentration1=a, concentration0=b, value=x)

    def log_prob(self, value, concentration1, concentration0):
        return (
            xlogy(concentration1 - 1, value)
            + xlogy(concentration0 - 1, 1 - value)
            - log_beta(concentration1, concentration0)
        )

    def mean(self, concentration1, concentration0):
        return concentration1 / (concentration1 + concentration0)

    def variance(self, concentration1, concentration0):
        total = concentration1 + concentration0
        return concentration1 * concentration0 / (total**2 * (total + 1))

    def entropy(self, concentration1, concentration0):
        return dirichlet_entropy((concentration1, concentration0))

    def units(self, quantity, value, concentration1, concentration0, **_):
        if value in (0, 1):
            return None
        if quantity == "log_prob/value":
            return max(1 / value, 1 / (1 - value))
        if quantity.startswith("log_prob/"):
            a, x = (concentration1, value) if quantity.endswith("1") else (concentration0, 1 - value)
            total = concentration1 + concentration0
            return (
                max(abs(mp.log(x)), 1 / a)
                if a >= 10
                else max(abs(mp.log(x)), abs(mp.digamma(a)), abs(mp.digamma(total)))
            )


def dirichlet_entropy(concentration):
    total = mp.fsum(concentration)
    return (
        log_beta(*concentration)
        + (total - len(concentration)) * mp.digamma(total)
        - mp.fsum((a - 1) * mp.digamma(a) for a in concentration)
    )


class Dirichlet(Family):
    name, parameters = "Dirichlet", ("concentration",)
    uses_lgamma = True

    def point(self, draw, concentration, x):
        total = mp.fsum(x)
        x = tuple(draw.fmt.round(mpf(v) / total) for v in x)
        return dict(concentration=tuple(concentration), value=tuple(max(v, draw.fmt.smallest) for v in x))

    def typical(self, draw):
        a = [draw.log_uniform(-0.7, 1.5) for _ in range(3)]
        return self.point(draw, a, [v * mpf(draw.log_uniform(-0.5, 0.5)) for v in a])

    def hostile(self, draw):
        size = draw.log_uniform(-6, 8)
        a = [
            draw.log_uniform(-6, 8) if draw.chance(0.4) else draw.fmt.round(mpf(size) * mpf(draw.log_uniform(-1, 0)))
            for _ in range(3)
        ]
        if draw.chance(0.6):  # near the bulk
            x = [mpf(v) * (1 + mpf(draw.bell()) * mp.power(max(v, 30), -0.5)) for v in a]
            x = [v if v > 0 else mpf(w) for v, w in zip(x, a)]
        else:
            x = [draw.log_uniform(-30, 0) for _ in range(3)]
        return self.point(draw, a, x)

    def log_prob(self, value, concentration):
        return mp.fsum((a - 1) * mp.log(x) for a, x in zip(concentration, value)) - log_beta(*concentration)

    def mean(self, concentration):
        total = mp.fsum(concentration)
        return tuple(a / total for a in concentration)

    def variance(self, concentration):
        total = mp.fsum(concentration)
        others = [mp.fsum(b for j, b in enumerate(concentration) if j != i) for i in range(len(concentration))]
        return tuple(a * o / (total**2 * (total + 1)) for a, o in zip(concentration, others))

    def entropy(self, concentration):
        return dirichlet_entropy(concentration)

    def units(self, quantity, value, concentration):
        total = mp.fsum(concentration)
        if quantity.startswith("log_prob/value"):
            return 1 / value[int(quantity[-2])]
        if quantity.startswith("log_prob/"):
            i = int(quantity[-2])
            a, x = concentration[i], value[i]
            return (
                max(abs(mp.log(x)), 1 / a)
                if a >= 10
                else max(abs(mp.log(x)), abs(mp.digamma(a)), abs(mp.digamma(total)))
            )
        if quantity.startswith("variance"):  # m (1 - m) / (total + 1) from the mean m
            return concentration[int(quantity[-2])] / total / (total + 1)


class BernoulliProbs(Family):
    name, parameters = "Bernoulli(probs)", ("probs",)
    edges = tuple(dict(probs=p, value=x) for p in (0.0, 1e-12, 1.0) for x in (0.0, 1.0))
    differentiable = ("probs",)

    def typical(self, draw):
        return dict(probs=draw.uniform(0.01, 0.99), value=float(draw.integer(0, 1)))

    def hostile(self, draw):
        p = draw.choice([0.0, 1.0]) if draw.chance(0.1) else hostile_unit_interval(draw)
        return dict(probs=p, value=float(draw.integer(0, 1)))

    def support(self, value, probs):
        return (probs if value else 1 - probs) > 0

    def log_prob(self, value, probs):
        return mp.log(probs) if value else mp.log1p(-probs)

    def mean(self, probs):
        return probs

    def variance(self, probs):
        return probs * (1 - probs)

    def entropy(self, probs):
        return -xlogy(probs, probs) - xlogy(1 - probs, 1 - probs)


def sigmoid(t):
    return 1 / (1 + mp.exp(-t)) if t >= 0 else mp.exp(t) / (1 + mp.exp(t))


def log_sigmoid(t):
    return -mp.log1p(mp.exp(-t)) if t >= 0 else t - mp.log1p(mp.exp(t))


class BernoulliLogits(Family):
    name, parameters = "Bernoulli(logits)", ("logits",)
    differentiable = ("logits",)

    def typical(self, draw):
        return dict(logits=draw.uniform(-5, 5), value=float(draw.integer(0, 1)))

    def hostile(self, draw):
        t = draw.log_uniform(-6, 0) if draw.chance(0.3) else draw.uniform(5, 700 if draw.fmt.is_double else 87)
        if draw.chance(0.1):
            t = draw.log_uniform(3, 8)
        return dict(logits=draw.sign() * t, value=float(draw.integer(0, 1)))

    def log_prob(self, value, logits):
        return log_sigmoid(logits if value else -logits)

    def mean(self, logits):
        return sigmoid(logits)

    def variance(self, logits):
        return sigmoid(logits) * sigmoid(-logits)

    def entropy(self, logits):
        return -sigmoid(logits) * log_sigmoid(logits) - sigmoid(-logits) * log_sigmoid(-logits)


class BinomialProbs(Family):
    name, parameters = "Binomial(probs)", ("total_count", "probs")
    edges = tuple(
        dict(total_count=n, probs=p, value=k)
        for n, p, k in (
            (0.0, 0.5, 0.0),
            (1e4, 0.3, 3e3),
            (1e6, 0.3, 3e5),
            (1e9, 0.999, 999e6),
            (1e12, 0.3, 3e11),
            (10.0, 0.0, 0.0),
            (10.0, 1.0, 10.0),
        )
    )
    differentiable = ("probs",)
    uses_lgamma = True

    def count(self, draw, hostile):
        n = draw.fmt.round(round(float(mpf(draw.log_uniform(0, 8 if hostile else 2)))))
        return n if n == int(n) else float(int(n))

    def success(self, draw, n, p, hostile):
        """A number of successes: near the mean, at an end, or anywhere."""
        mean, deviation = n * p, (n * p * (1 - p) + 0.1) ** 0.5
        k = round(mean + deviation * draw.bell())
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, n, max(n - 1, 0), draw.integer(0, int(n)), min(8, n)])
        return draw.fmt.round(float(min(max(k, 0), n)))

    def typical(self, draw):
        n, p = self.count(draw, False), draw.uniform(0.02, 0.98)
        return dict(total_count=n, probs=p, value=self.success(draw, n, p, False))

    def hostile(self, draw):
        n = self.count(draw, True)
        p = (
            draw.choice([0.0, 1.0])
            if draw.chance(0.05)
            else draw.uniform(0.001, 0.999) if draw.chance(0.5) else hostile_unit_interval(draw, -12, -12)
        )
        return dict(total_count=n, probs=p, value=self.success(draw, n, p, True))

    def support(self, value, total_count, probs):
        return not (probs == 0 and value > 0 or probs == 1 and value < total_count)

    def log_prob(self, value, total_count, probs):
        return binomial_log_prob(
            value, total_count, mp.log(probs) if value else 0, mp.log1p(-probs) if value < total_count else 0
        )

    def mean(self, total_count, probs):
        return total_count * probs

    def variance(self, total_count, probs):
        return total_count * probs * (1 - probs)

    def entropy(self, total_count, probs):
        return binomial_entropy(total_count, probs, 1 - probs)

    def units(self, quantity, value, total_count, probs):
        if quantity == "log_prob/probs" and 0 < probs < 1:
            return abs(value - total_count * probs) / (probs * (1 - probs))


class BinomialLogits(BinomialProbs):
    name, parameters = "Binomial(logits)", ("total_count", "logits")
    edges = tuple(
        dict(total_count=n, logits=t, value=k)
        for n, t, k in ((0.0, 0.5, 0.0), (1.0, 90.5, 1.0), (1e6, -0.8472979, 3e5), (1e12, 0.0, 5e11))
    )
    differentiable = ("logits",)

    def typical(self, draw):
        n, t = self.count(draw, False), draw.uniform(-4, 4)
        return dict(total_count=n, logits=t, value=self.success(draw, n, float(sigmoid(mpf(t))), False))

    def hostile(self, draw):
        n = self.count(draw, True)
        t = draw.sign() * (
            draw.uniform(0, 8) if draw.chance(0.5) else draw.log_uniform(-6, 2.7 if draw.fmt.is_double else 1.9)
        )
        return dict(total_count=n, logits=t, value=self.success(draw, n, float(sigmoid(mpf(t))), True))

    def support(self, value, total_count, logits):
        return True

    def log_prob(self, value, total_count, logits):
        return binomial_log_prob(value, total_count, log_sigmoid(logits), log_sigmoid(-logits))

    def mean(self, total_count, logits):
        return total_count * sigmoid(logits)

    def variance(self, total_count, logits):
        return total_count * sigmoid(logits) * sigmoid(-logits)

    def entropy(self, total_count, logits):
        return binomial_entropy(total_count, sigmoid(logits), sigmoid(-logits))

    def units(self, quantity, value, total_count, logits):
        if quantity == "log_prob":  # the derivative in logits times what rounding sigmoid(logits) amounts to
            return abs(value - total_count * sigmoid(logits)) / 16
        if quantity == "log_prob/logits":  # value - total_count * probs
            return max(value, total_count * sigmoid(logits))


class Poisson(Family):
    name, parameters = "Poisson", ("rate",)
    edges = tuple(
        dict(rate=r, value=k)
        for r, k in ((0.0, 0.0), (0.0, 3.0), (1e-30, 0.0), (1e6, 1e6), (1e8, 1e8), (1e12, 1e12), (1e12, 999999e6))
    )
    differentiable = ("rate",)
    uses_lgamma = True

    def count(self, draw, rate, hostile):
        """Near the mean, or anywhere."""
        k = rate + rate**0.5 * draw.bell()
        if hostile and draw.chance(0.4):
            k = draw.choice([0, 1, 2, rate * draw.log_uniform(-2, 2), draw.log_uniform(0, 8)])
        return draw.fmt.round(float(round(max(k, 0))))

    def typical(self, draw):
        rate = draw.log_uniform(-1, 2)
        return dict(rate=rate, value=self.count(draw, rate, False))

    def hostile(self, draw):
        rate = draw.log_uniform(-6, 8)
        return dict(rate=rate, value=self.count(draw, rate, True))

    def support(self, value, rate):
        return rate > 0 or value == 0

    def log_prob(self, value, rate):
        return xlogy(value, rate) - rate - mp.loggamma(value + 1)

    def mean(self, rate):
        return rate

    def variance(self, rate):
        return rate


class CategoricalProbs(Family):
    name, parameters = "Categorical(probs)", ("probs",)
    differentiable = ("probs",)

    def typical(self, draw):
        return dict(probs=tuple(draw.uniform(0.05, 1) for _ in range(4)), value=float(draw.integer(0, 3)))

    def hostile(self, draw):
        probs = tuple(
            0.0 if draw.chance(0.1) else draw.log_uniform(-30 if draw.fmt.is_double else -12, 0) for _ in range(3)
        ) + (
            draw.uniform(0.3, 1),
        )
        if draw.chance(0.5):  # weights of any size
            size = mp.power(10, draw.uniform(-100, 100) if draw.fmt.is_double else draw.uniform(-8, 8))
            probs = tuple(draw.fmt.round(size * mpf(p)) for p in probs)
        return dict(probs=probs, value=float(draw.integer(0, 3)))

    def index(self, value):
        return int(value)

    def support(self, value, probs):
        return probs[self.index(value)] > 0

    def log_prob(self, value, probs):
        return mp.log(probs[self.index(value)] / mp.fsum(probs))

    def entropy(self, probs):
        total = mp.fsum(probs)
        return -mp.fsum(xlogy(p / total, p / total) for p in probs)


class CategoricalLogits(Family):
    name, parameters = "Categorical(logits)", ("logits",)
    differentiable = ("logits",)

    def typical(self, draw):
        return dict(logits=tuple(draw.uniform(-3, 3) for _ in range(4)), value=float(draw.integer(0, 3)))

    def hostile(self, draw):
        logits = tuple(
            (
                float("-inf")
                if draw.chance(0.1)
                else draw.sign() * draw.log_uniform(-6, 2.5 if draw.fmt.is_double else 1.7)
            )
            for _ in range(3)
        )
        return dict(logits=logits + (draw.uniform(-9, 9),), value=float(draw.integer(0, 3)))

    def index(self, value):
        return int(value)

    def support(self, value, logits):
        return not mp.isinf(logits[self.index(value)])

    def log_prob(self, value, logits):
        largest = max(logits)
        others = list(logits)
        others.remove(largest)
        return logits[self.index(value)] - largest - mp.log1p(mp.fsum(mp.exp(t - largest) for t in others))

    def probs(self, logits):
        largest = max(logits)
        weights = [mp.exp(t - largest) for t in logits]
        return [w / mp.fsum(weights) for w in weights]

    def entropy(self, logits):
        return -mp.fsum(xlogy(p, p) for p in self.probs(logits))

    def units(self, quantity, value, logits):
        finite = max(abs(t) for t in logits if not mp.isinf(t))
        if quantity == "log_prob":
            return finite
        if quantity.startswith("log_prob/"):
            return 1 if int(quantity[-2]) == self.index(value) else None


class OneHotCategoricalLogits(CategoricalLogits):
    name = "OneHotCategorical(logits)"

    def one_hot(self, point):
        return {**point, "value": tuple(float(i == int(point["value"])) for i in range(4))}

    def typical(self, draw):
        return self.one_hot(super().typical(draw))

    def hostile(self, draw):
        return self.one_hot(super().hostile(draw))

    def index(self, value):
        return [int(v) for v in value].index(1)

    def mean(self, logits):
        return tuple(self.probs(logits))

    def variance(self, logits):
        p = self.probs(logits)
        return tuple(p[i] * mp.fsum(p[j] for j in range(4) if j != i) for i in range(4))

    def units(self, quantity, value, logits):
        if quantity.startswith("mean"):  # exp of a difference of logits
            return ("relative to goal", max(abs(t) for t in logits if not mp.isinf(t)))
        if quantity.startswith("variance"):  # p (1 - p)
            p = self.probs(logits)[int(quantity[-2])]
            return p * max(1, max(abs(t) for t in logits if not mp.isinf(t)) / 16)
        return super().units(quantity, value, logits)


class MultivariateNormal(Family):
    name, parameters = "MultivariateNormal", ("loc", "scale_tril")
    matrix = "scale_tril"

    def factor(self, draw, spread, off):
        """A lower triangle with diagonal entries within 10^+-spread."""
        entries = [0.0] * 9
        for i in range(3):
            entries[4 * i] = draw.log_uniform(-spread, spread)
            for j in range(i):
                entries[3 * i + j] = draw.fmt.round(draw.uniform(-off, off) * mpf(entries[4 * i]))
        return tuple(entries)

    def point(self, draw, factor, reach):
        loc = tuple(draw.uniform(-3, 3) for _ in range(3))
        z = [reach * draw.bell() for _ in range(3)]
        x = tuple(
            draw.fmt.round(loc[i] + mp.fsum(mpf(factor[3 * i + j]) * z[j] for j in range(i + 1))) for i in range(3)
        )
        return dict(loc=loc, scale_tril=factor, value=x)

    def typical(self, draw):
        return self.point(draw, self.factor(draw, 0.5, 1), 1)

    def hostile(self, draw):
        return self.point(draw, self.factor(draw, 4 if draw.chance(0.5) else 2, 10 if draw.chance(0.3) else 1), 3)

    def whiten(self, value, loc, scale_tril):
        z = []
        for i in range(3):
            z.append((value[i] - loc[i] - mp.fsum(scale_tril[3 * i + j] * z[j] for j in range(i))) / scale_tril[4 * i])
        return z

    def amplified(self, value, loc, scale_tril):
        """|L^-1| |L| |z|: what forward substitution may multiply a rounding error by, component by component."""
        z = [abs(v) for v in self.whiten(value, loc, scale_tril)]
        spread = [mp.fsum(abs(scale_tril[3 * i + j]) * z[j] for j in range(i + 1)) for i in range(3)]
        columns = [self.whiten([mpf(i == j) for i in range(3)], (mpf(0),) * 3, scale_tril) for j in range(3)]
        return [mp.fsum(abs(columns[j][i]) * spread[j] for j in range(3)) for i in range(3)]

    def log_prob(self, value, loc, scale_tril):
        z = self.whiten(value, loc, scale_tril)
        return -mp.fsum(v * v for v in z) / 2 - mp.fsum(mp.log(scale_tril[4 * i]) for i in range(3)) - 3 * LOG_2PI / 2

    def mean(self, loc, scale_tril):
        return loc

    def variance(self, loc, scale_tril):
        return tuple(mp.fsum(scale_tril[3 * i + j] ** 2 for j in range(i + 1)) for i in range(3))

    def entropy(self, loc, scale_tril):
        return mp.fsum(mp.log(scale_tril[4 * i]) for i in range(3)) + 3 * (1 + LOG_2PI) / 2

    def units(self, quantity, value, loc, scale_tril):
        logs = mp.fsum(abs(mp.log(scale_tril[4 * i])) for i in range(3))
        if quantity == "entropy":
            return logs
        if not quantity.startswith("log_prob"):
            return None
        z, bound = self.whiten(value, loc, scale_tril), self.amplified(value, loc, scale_tril)
        if quantity == "log_prob":
            return logs + mp.fsum(abs(v) * b for v, b in zip(z, bound))
        # The gradient in loc is L^-T z, that in L is its outer product with z.
        columns = [self.whiten([mpf(i == j) for i in range(3)], (mpf(0),) * 3, scale_tril) for j in range(3)]
        solved = [mp.fsum(abs(columns[i][k]) * bound[k] for k in range(3)) for i in range(3)]
        i = int(quantity.split("[")[1][:-1])
        return (
            solved[i] if "scale_tril" not in quantity else solved[i // 3] * bound[i % 3] + 1 / scale_tril[4 * (i // 3)]
        )


class TanhNormal(Family):
    name, parameters = "TransformedDistribution(Normal, Tanh)", ("loc", "scale")

    def typical(self, draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(mp.tanh(loc + scale * draw.bell())))

    def hostile(self, draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-3, 3)
        x = draw.log_uniform(-30, -1) if draw.chance(0.5) else hostile_unit_interval(draw, -30, -30)
        return dict(loc=loc, scale=scale, value=draw.sign() * x)

    def inverse(self, value):
        return mp.atanh(value)

    def log_slope(self, value):
        """log |d inverse / d value|."""
        return -mp.log1p(-value) - mp.log1p(value)

    def log_prob(self, value, loc, scale):
        return -(((self.inverse(value) - loc) / scale) ** 2) / 2 - mp.log(scale) - LOG_2PI / 2 + self.log_slope(value)

    def cdf(self, value, loc, scale):
        return ndtr((self.inverse(value) - loc) / scale)

    def units(self, quantity, value, loc, scale, **_):
        x = self.inverse(value)
        z, inner = (x - loc) / scale, max(abs(x), abs(loc)) / scale
        slope = derivative(lambda value: self.inverse(value), dict(value=value), "value")
        if quantity == "log_prob":
            return max(abs(mp.log(scale)), abs(self.log_slope(value)), abs(z) * inner)
        if quantity == "log_prob/value":
            return abs(slope) * inner / scale + abs(
                derivative(lambda value: self.log_slope(value), dict(value=value), "value")
            )
        if quantity == "log_prob/loc":
            return inner / scale
        if quantity == "log_prob/scale":
            return max(1, abs(z) * inner) / scale
        if quantity == "cdf":
            return ("relative to goal", max(1, abs(z)) * inner)


class LogitNormal(TanhNormal):
    name = "TransformedDistribution(Normal, Sigmoid)"

    def typical(self, draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        return dict(loc=loc, scale=scale, value=draw.fmt.round(sigmoid(loc + scale * mpf(draw.bell()))))

    def hostile(self, draw):
        return dict(loc=draw.uniform(-3, 3), scale=draw.log_uniform(-3, 3), value=hostile_unit_interval(draw, -30, -30))

    def inverse(self, value):
        return mp.log(value) - mp.log1p(-value)

    def log_slope(self, value):
        return -mp.log(value) - mp.log1p(-value)

    def units(self, quantity, value, loc, scale, **_):
        larger = max(abs(mp.log(value)), abs(mp.log1p(-value)))  # logit subtracts these
        unit = super().units(quantity, value, loc, scale)
        z = abs(self.inverse(value) - loc) / scale
        if quantity == "log_prob":
            return max(unit, z * larger / scale)
        return unit


class AffineChain(TanhNormal):
    """Normal, then 3 - 2 x, then exp, then 1 + x / 2: decreasing."""

    name = "TransformedDistribution(Normal, Affine, Exp, Affine)"

    def typical(self, draw):
        loc, scale = draw.uniform(-1, 1), draw.log_uniform(-1, 0)
        return dict(
            loc=loc,
            scale=scale,
            value=draw.fmt.round(1 + mp.exp(3 - 2 * (loc + scale * mpf(draw.bell()))) / 2),
            probability=probability(draw, False),
        )

    def hostile(self, draw):
        loc, scale = draw.uniform(-3, 3), draw.log_uniform(-3, 1)
        return dict(
            loc=loc,
            scale=scale,
            value=draw.fmt.round(1 + mpf(draw.log_uniform(-3, 12))),
            probability=draw.log_uniform(-9 if draw.fmt.is_double else -4, 0),
        )

    def inverse(self, value):
        return (3 - mp.log(2 * (value - 1))) / 2

    def log_slope(self, value):
        return -mp.log(2 * (value - 1))

    def cdf(self, value, loc, scale):
        return ndtr((loc - self.inverse(value)) / scale)

    def icdf(self, probability, loc, scale):
        return 1 + mp.exp(3 - 2 * (loc + scale * ndtri(1 - probability))) / 2

    def units(self, quantity, value, loc, scale, probability=None):
        if quantity == "icdf":
            # The base is asked for the quantile at 1 - probability, which rounds.
            z = ndtri(1 - probability)
            lost = 2 * scale * (1 - probability) / mp.npdf(z)
            return ("relative to goal", lost + 2 * abs(loc) + 2 * scale * abs(z) + 3)
        if quantity == "cdf":  # 1 - the base's cdf
            return max(1, super().units(quantity, value, loc, scale)[1])
        unit = super().units(quantity, value, loc, scale)
        extra = abs(mp.log(2 * (value - 1))) + 3
        z = abs(self.inverse(value) - loc) / scale
        if quantity == "log_prob":
            return max(unit, z * extra / scale)
        return unit + extra / scale * (
            1 if quantity == "log_prob/loc" else z if quantity == "log_prob/scale" else 1 / (scale * (value - 1))
        )


class NormalMixture(Family):
    name, parameters = "MixtureSameFamily(Categorical, Normal)", ("logits", "loc", "scale")

    def typical(self, draw):
        loc = tuple(draw.uniform(-3, 3) for _ in range(3))
        return dict(
            logits=tuple(draw.uniform(-1, 1) for _ in range(3)),
            loc=loc,
            scale=tuple(draw.log_uniform(-0.5, 0.5) for _ in range(3)),
            value=draw.uniform(-6, 6),
        )

    def hostile(self, draw):
        loc = tuple(draw.sign() * draw.log_uniform(-6, 2) for _ in range(3))
        scale = tuple(draw.log_uniform(-2, 2) for _ in range(3))
        k = draw.integer(0, 2)
        return dict(
            logits=tuple(draw.uniform(-20, 20) for _ in range(3)),
            loc=loc,
            scale=scale,
            value=draw.fmt.round(loc[k] + scale[k] * mpf(tail_z(draw, 20, 9))),
        )

    def weights(self, logits):
        largest = max(logits)
        w = [mp.exp(t - largest) for t in logits]
        return [v / mp.fsum(w) for v in w]

    def log_prob(self, value, logits, loc, scale):
        return mp.log(mp.fsum(w * mp.npdf((value - m) / s) / s for w, m, s in zip(self.weights(logits), loc, scale)))

    def cdf(self, value, logits, loc, scale):
        return mp.fsum(w * ndtr((value - m) / s) for w, m, s in zip(self.weights(logits), loc, scale))

    def mean(self, logits, loc, scale):
        return mp.fsum(w * m for w, m in zip(self.weights(logits), loc))

    def variance(self, logits, loc, scale):
        w, mean = self.weights(logits), self.mean(logits, loc, scale)
        return mp.fsum(v * (s**2 + (m - mean) ** 2) for v, m, s in zip(w, loc, scale))

    def units(self, quantity, value, logits, loc, scale):
        w = self.weights(logits)
        parts = [v * mp.npdf((value - m) / s) / s for v, m, s in zip(w, loc, scale)]
        z = [(value - m) / s for m, s in zip(loc, scale)]
        share = [max(p / mp.fsum(parts), mpf("1e-300")) for p in parts]  # digits are lost to underflow below
        span = max(abs(t) for t in logits)
        # What the exponents lose: z is rounded twice before it is squared.
        terms = mp.fsum(r * (2 * v * v + abs(mp.log(s))) for r, v, s in zip(share, z, scale)) + span
        if quantity == "log_prob":
            return terms
        if quantity == "log_prob/value":
            return mp.fsum(r * abs(v) / s for r, v, s in zip(share, z, scale)) * max(1, terms / 8)
        if quantity.startswith("log_prob/"):
            k = int(quantity[-2])
            size = {
                "logits": share[k] + w[k],
                "loc": share[k] * abs(z[k]) / scale[k],
                "scale": share[k] * max(1, z[k] ** 2) / scale[k],
            }
            lost = 2 * z[k] ** 2 + abs(mp.log(scale[k])) + abs(logits[k])  # what the share's exponent loses
            return size[quantity[9:-3]] * max(1, (terms + lost) / 8)
        if quantity == "mean":
            return mp.fsum(v * abs(m) for v, m in zip(w, loc)) * max(1, span / 8)
        if quantity == "variance":
            mean = self.mean(logits, loc, scale)
            return mp.fsum(
                v * (s**2 + max(abs(m), abs(mean)) * abs(m - mean)) for v, m, s in zip(w, loc, scale)
            ) * max(1, span / 8)
        if quantity == "cdf":
            worst = max(v * v if v < 0 else 0 for r, v in zip(share, z) if r > 1e-20)
            return ("relative to goal", worst + span)


class IndependentNormal(Family):
    name, parameters = "Independent(Normal, 1)", ("loc", "scale")

    def points(self, draw, hostile, count):
        for _ in range(count):
            parts = [NORMAL.hostile(draw) if hostile else NORMAL.typical(draw) for _ in range(3)]
            yield {k: tuple(p[k] for p in parts) for k in ("loc", "scale", "value")}

    def each(self, quantity, value, loc, scale):
        return [NORMAL.units(quantity, value=x, loc=m, scale=s) for x, m, s in zip(value, loc, scale)]

    def log_prob(self, value, loc, scale):
        return mp.fsum(NORMAL.log_prob(x, m, s) for x, m, s in zip(value, loc, scale))

    def mean(self, loc, scale):
        return loc

    def variance(self, loc, scale):
        return tuple(s**2 for s in scale)

    def entropy(self, loc, scale):
        return mp.fsum(NORMAL.entropy(m, s) for m, s in zip(loc, scale))

    def units(self, quantity, value, loc, scale):
        if quantity in ("log_prob", "entropy"):
            return mp.fsum(self.each(quantity, value, loc, scale))
        if quantity.startswith("log_prob/scale"):
            return self.each("log_prob/scale", value, loc, scale)[int(quantity[-2])]


NORMAL = Normal()
SCALAR = [
    NORMAL,
    LogNormal(),
    Laplace(),
    StudentT(),
    Uniform(),
    Exponential(),
    Gamma(),
    Chi2(),
    Beta(),
    BernoulliProbs(),
    BernoulliLogits(),
    BinomialProbs(),
    BinomialLogits(),
    Poisson(),
]
OTHER = [
    Dirichlet(),
    CategoricalProbs(),
    CategoricalLogits(),
    OneHotCategoricalLogits(),
    MultivariateNormal(),
    TanhNormal(),
    LogitNormal(),
    AffineChain(),
    NormalMixture(),
    IndependentNormal(),
]
for family in OTHER:
    family.composite = True
