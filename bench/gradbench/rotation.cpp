#include "rotation.hpp"

#include <cmath>

namespace gradbench {

namespace {

// [s]×, with which [s]× v is the cross product s × v.
Matrix3 crossing(const std::array<double, 3>& s) {
    return {0, -s[2], s[1], s[2], 0, -s[0], -s[1], s[0], 0};
}

}  // namespace

Rotation rotation_about(const double* r) {
    const double theta = std::sqrt(r[0] * r[0] + r[1] * r[1] + r[2] * r[2]);
    const double cosine = std::cos(theta), sine = std::sin(theta);
    const std::array s{r[0] / theta, r[1] / theta, r[2] / theta};
    const Matrix3 about = crossing(s);
    Rotation rotation{};
    for (int i = 0; i < 3; ++i) {
        for (int k = 0; k < 3; ++k)
            rotation.R[3 * i + k] =
                (i == k ? cosine : 0) + sine * about[3 * i + k] + (1 - cosine) * s[i] * s[k];
    }
    for (int j = 0; j < 3; ++j) {
        std::array<double, 3> turn{};  // ds/drⱼ; dθ/drⱼ is sⱼ
        for (int i = 0; i < 3; ++i) turn[i] = ((i == j ? 1 : 0) - s[i] * s[j]) / theta;
        const Matrix3 turning = crossing(turn);
        for (int i = 0; i < 3; ++i) {
            for (int k = 0; k < 3; ++k)
                rotation.by[j][3 * i + k] =
                    s[j] * ((i == k ? -sine : 0) + cosine * about[3 * i + k] + sine * s[i] * s[k]) +
                    sine * turning[3 * i + k] + (1 - cosine) * (turn[i] * s[k] + s[i] * turn[k]);
        }
    }
    return rotation;
}

Matrix3 product(const Matrix3& a, const Matrix3& b) {
    Matrix3 c{};
    for (int i = 0; i < 3; ++i) {
        for (int j = 0; j < 3; ++j) {
            for (int k = 0; k < 3; ++k) c[3 * i + k] += a[3 * i + j] * b[3 * j + k];
        }
    }
    return c;
}

std::array<double, 3> product(const Matrix3& a, const double* v) {
    std::array<double, 3> w{};
    for (int i = 0; i < 3; ++i) w[i] = a[3 * i] * v[0] + a[3 * i + 1] * v[1] + a[3 * i + 2] * v[2];
    return w;
}

}  // namespace gradbench
