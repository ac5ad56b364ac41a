// GradBench's ba, from ADBench: cameras at C, turned by r, of focal length f, principal point u and
// radial distortion κ see points X. An observation of weight w has the errors
//
//     w (f (1 + κ₁|p|² + κ₂|p|⁴) p + u - seen), p = (Y₀, Y₁) / Y₂, Y = R(r) (X - C)
//     1 - w²
//
// The Jacobian of all errors is sparse: a block (2, 15) of each observation by its camera
// (r, C, f, u, κ), its point and its weight, and d(1 - w²)/dw.
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"
#include "rodrigues.hpp"
#include "rotation.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

struct Observation {
    Tensor camera, point, weight;
};

Tensor reprojection_error(const Observation& o, const Tensor& seen) {
    const Tensor& camera = o.camera;
    const Tensor Y = rotated(o.point - camera[Slice{3, 6}], camera[Slice{0, 3}]);
    const Tensor p = Y[Slice{0, 2}] / Y[2], squared = sum(square(p));
    const Tensor bend = 1 + camera[9] * squared + camera[10] * square(squared);
    return o.weight * (camera[6] * bend * p + camera[Slice{7, 9}] - seen);
}

struct Scene {
    Tensor cameras, points, weights, seen;
    Tensor camera_numbers, point_numbers;  // of each observation
};

std::pair<Tensor, Tensor> sparse_jacobian(const Scene& scene) {
    const Observation all{take(scene.cameras, scene.camera_numbers),
                          take(scene.points, scene.point_numbers), scene.weights};
    const Observation blocks = vmap(jacobian(reprojection_error))(all, scene.seen);
    const auto weight_error = [](const Tensor& w) { return 1 - w * w; };
    return {concatenate({blocks.camera, blocks.point, expand_dims(blocks.weight, 2)}, 2),
            vmap(grad(weight_error))(scene.weights)};
}

struct Bundle {
    int cameras, points, observations;
    Numbers camera, point, weight, seen;
    std::vector<std::int64_t> camera_numbers, point_numbers;

    // The error of observation i by its 15 numbers.
    Numbers error(int i, const Numbers& x) const {
        const double *r = &x[0], *C = &x[3], *u = &x[7], *k = &x[9], *X = &x[11];
        const double v[] = {X[0] - C[0], X[1] - C[1], X[2] - C[2]};
        const auto Y = product(rotation_about(r).R, v);
        const double p[] = {Y[0] / Y[2], Y[1] / Y[2]}, squared = p[0] * p[0] + p[1] * p[1];
        const double bend = 1 + squared * (k[0] + squared * k[1]);
        return {x[14] * (x[6] * bend * p[0] + u[0] - seen[2 * i]),
                x[14] * (x[6] * bend * p[1] + u[1] - seen[2 * i + 1])};
    }
    Numbers variables(int i) const {
        const double *c = &camera[11 * camera_numbers[i]], *X = &point[3 * point_numbers[i]];
        return joined({Numbers(c, c + 11), Numbers(X, X + 3), {weight[i]}});
    }
    // Writes the 15 derivatives of both errors of observation i.
    void block(int i, const Rotation& rotation, double* out) const {
        const double *c = &camera[11 * camera_numbers[i]], *C = c + 3, *u = c + 7, *k = c + 9;
        const double *X = &point[3 * point_numbers[i]], f = c[6], w = weight[i];
        const double v[] = {X[0] - C[0], X[1] - C[1], X[2] - C[2]};
        const auto Y = product(rotation.R, v);
        const double p[] = {Y[0] / Y[2], Y[1] / Y[2]}, squared = p[0] * p[0] + p[1] * p[1];
        const double bend = 1 + squared * (k[0] + squared * k[1]);
        const double bending = 2 * (k[0] + 2 * squared * k[1]);
        std::array<std::array<double, 3>, 3> turned{};  // dY/dr, a row for each of r
        for (int j = 0; j < 3; ++j) turned[j] = product(rotation.by[j], v);
        for (int e = 0; e < 2; ++e) {
            double* row = out + 15 * e;
            // By p, then by Y.
            const double by_p[] = {w * f * ((e == 0 ? bend : 0) + bending * p[e] * p[0]),
                                   w * f * ((e == 1 ? bend : 0) + bending * p[e] * p[1])};
            const double by_Y[] = {by_p[0] / Y[2], by_p[1] / Y[2],
                                   -(by_p[0] * p[0] + by_p[1] * p[1]) / Y[2]};
            for (int j = 0; j < 3; ++j) {
                const double by_X = by_Y[0] * rotation.R[j] + by_Y[1] * rotation.R[3 + j] +
                                    by_Y[2] * rotation.R[6 + j];
                row[j] = by_Y[0] * turned[j][0] + by_Y[1] * turned[j][1] + by_Y[2] * turned[j][2];
                row[3 + j] = -by_X;
                row[11 + j] = by_X;
            }
            row[6] = w * bend * p[e];
            row[7] = e == 0 ? w : 0;
            row[8] = e == 1 ? w : 0;
            row[9] = w * f * p[e] * squared;
            row[10] = row[9] * squared;
            row[14] = f * bend * p[e] + u[e] - seen[2 * i + e];
        }
    }
    Derivatives by_hand() const {
        std::vector<Rotation> rotations;
        for (int c = 0; c < cameras; ++c) rotations.push_back(rotation_about(&camera[11 * c]));
        Numbers blocks(30 * observations), slopes(observations);
        for (int i = 0; i < observations; ++i) {
            block(i, rotations[camera_numbers[i]], &blocks[30 * i]);
            slopes[i] = -2 * weight[i];
        }
        return {blocks, slopes};
    }
    Derivatives by_differences() const {
        std::vector<Numbers> blocks, slopes;
        for (int i = 0; i < observations; ++i) {
            blocks.push_back(jacobian_by_differences([&](const Numbers& x) { return error(i, x); },
                                                     variables(i)));
            slopes.push_back(gradient_by_differences(
                [](const Numbers& w) { return 1 - w[0] * w[0]; }, {weight[i]}));
        }
        return {joined(blocks), joined(slopes)};
    }
};

// Cameras near the origin look at points ahead of them.
Bundle drawn_bundle(int cameras, int points, int observations) {
    Draws draws(3);
    Bundle b{cameras, points, observations, {}, {}, {}, {}, {}, {}};
    for (int i = 0; i < cameras; ++i)
        b.camera = joined({b.camera,
                           draws.normals(3, 0.2),
                           draws.normals(3, 0.5),
                           {1 + draws.uniform(0, 1)},
                           draws.normals(4, 0.1)});
    for (int i = 0; i < points; ++i)
        b.point = joined({b.point, draws.normals(2), {5 + draws.uniform(0, 2)}});
    for (int i = 0; i < observations; ++i) {
        b.camera_numbers.push_back(draws.below(cameras));
        b.point_numbers.push_back(draws.below(points));
    }
    b.weight = draws.normals(observations);
    b.seen = draws.normals(2 * observations);
    return b;
}

}  // namespace

Problem bundle_adjustment(Size size) {
    const Bundle bundle =
        size == Size::small ? drawn_bundle(3, 5, 8) : drawn_bundle(49, 1000, 5000);
    Problem problem{.name = "ba",
                    .size = std::to_string(bundle.observations) + " observations by " +
                            std::to_string(bundle.cameras) + " cameras"};
    set_by_shikumi(
        problem, sparse_jacobian,
        Scene{tensor(bundle.camera, {bundle.cameras, 11}), tensor(bundle.point, {bundle.points, 3}),
              tensor(bundle.weight), tensor(bundle.seen, {bundle.observations, 2}),
              tensor(bundle.camera_numbers), tensor(bundle.point_numbers)});
    problem.by_hand = [=] { return bundle.by_hand(); };
    problem.by_differences = [=] { return bundle.by_differences(); };
    return problem;
}

}  // namespace gradbench
