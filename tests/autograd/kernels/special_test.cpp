// Special functions against numbers of mpmath, rounded from 40 digits.
#include <cmath>
#include <limits>

#include <shikumi/autograd/kernels/special.hpp>

#include "catch.hpp"

using namespace shikumi::kernels;

namespace {

// Whether `got` is the nearest double or next to it.
bool near(double got, double wanted) { return std::nextafter(wanted, got) == got || got == wanted; }

}  // namespace

TEST_CASE("special functions are right to the last digit", "[special]") {
    CHECK(near(erfinv(0.25), 0.2253120550121781));
    CHECK(near(erfinv(-0.5), -0.4769362762044699));
    CHECK(near(erfinv(0.999), 2.3267537655135246));
    CHECK(near(erfinv(0.9999999999999999), 5.8635847487551676));
    CHECK(near(erfinv(1e-300), 8.86226925452758e-301));
    CHECK(near(digamma(0.001), -1000.5755719318103));
    CHECK(near(digamma(0.3), -3.502524222200133));
    CHECK(near(digamma(7.25), 1.910453526883736));
    CHECK(near(digamma(-0.5), 0.03648997397857652));
    CHECK(near(digamma(-3.999), -998.4908138087342));
    CHECK(near(digamma(-20.25), 6.174235633614484));
    CHECK(near(polygamma(1, 0.5), 4.934802200544679));
    CHECK(near(polygamma(1, -20.25), 19.69102535100871));
    CHECK(near(polygamma(2, 3.0), -0.15411380631918858));
    CHECK(near(polygamma(3, -1.5), 194.59427621918763));
    CHECK(near(polygamma(5, 20.0), 8.48426620615823e-06));
    CHECK(near(scaled_bessel(0, 0.5), 0.6450352704491501));
    CHECK(near(scaled_bessel(0, 30.0), 0.0731459464822373));
    CHECK(near(scaled_bessel(1, -3.0), -0.19682671329730086));
    CHECK(near(scaled_bessel(2, 100.0), 0.03914949623859408));
    CHECK(near(scaled_bessel(5, 8.0), 0.028694066011579752));
    CHECK(near(spherical_bessel(0, 0.25), 0.9003163161571061));
    CHECK(near(spherical_bessel(0, 100000.25), 2.2507851634298567e-06));
    CHECK(near(spherical_bessel(1, 1e-09), 1.0471975511965977e-09));
    CHECK(near(spherical_bessel(1, -2.5), -0.016211389382774045));
    CHECK(near(spherical_bessel(3, 0.4), 0.017299368624098505));
    CHECK(near(log_ndtr(-100000.0), -5000000012.431864));
    CHECK(near(log_ndtr(-13.0), -87.98971997102252));
    CHECK(near(inverse_mills(-13.0), 13.07603856060398));
    CHECK(near(log_ndtr(-11.0), -63.82493409442372));
    CHECK(near(inverse_mills(-11.0), 11.089465029715173));
    CHECK(near(log_ndtr(-0.5), -1.1759117615936185));
    CHECK(near(inverse_mills(-0.5), 1.1410777703680646));
    CHECK(near(log_ndtr(3.0), -0.0013508099647481938));
    CHECK(near(inverse_mills(3.0), 0.004437839042125664));
    CHECK(near(mills_excess(-1e5), 9.999999998e-06));
    CHECK(mills_excess(-std::numeric_limits<double>::infinity()) == 0);
}

TEST_CASE("the logarithm of the gamma function of small and negative numbers", "[special]") {
    CHECK(near(shikumi::kernels::lgamma(1e-300), 690.7755278982137));
    CHECK(near(shikumi::kernels::lgamma(-0.5), 1.2655121234846454));
    CHECK(near(shikumi::kernels::lgamma(5e-324), 744.4400719213812));
    CHECK(std::isinf(shikumi::kernels::lgamma(-1)));
    CHECK(std::isinf(shikumi::kernels::lgamma(0)));
}
