// GradBench's ht, from ADBench: a hand's vertices follow its bones by linear blend skinning, and
// the errors are their distances from given points. The Jacobian is by the pose θ: the whole hand's
// rotation and translation, and four angles of each finger. This is ADBench's simple variant with
// its 22 bones and 26 parameters, but smaller: the mesh has few vertices, at random places, each on
// one bone and its parent; there are no triangles, mirrored hands or scales, and no variant whose
// points move within triangles.
//
//     Aᵦ = A_parent Bᵦ Rz Ry Rx, vertex = Σᵦ weightᵦ Aᵦ A°ᵦ⁻¹ base
//     error = point - (R(θ) vertex + t)
//
// with the bones' places B and A° = B_forearm … Bᵦ of the hand at rest.
#include <array>
#include <cmath>
#include <cstdint>
#include <vector>

#include "by_shikumi.hpp"
#include "differences.hpp"
#include "draws.hpp"
#include "rodrigues.hpp"
#include "rotation.hpp"

using namespace shikumi;

namespace gradbench {

namespace {

// The forearm, the wrist, and of each of five fingers three joints and a tip.
constexpr int bones = 22, angles = 20, pose_size = 6 + angles;

constexpr int parent_of(int bone) {
    return bone < 2 ? bone - 1 : (bone - 2) % 4 == 0 ? 1 : bone - 1;
}
// The bone that each angle bends, and the axis: 0 for x, 1 for z. A finger's first joint has both.
constexpr int bone_of(int angle) {
    const int finger = angle / 4, number = angle % 4;
    return 2 + 4 * finger + (number < 2 ? 0 : number - 1);
}
constexpr int axis_of(int angle) { return angle % 4 == 1 ? 1 : 0; }

struct SkinnedHand {
    Tensor places, from_rest;        // (bones, 4, 4): B and A°⁻¹
    Tensor vertices, weights;        // (vertices, 4), (vertices, bones)
    Tensor points, correspondences;  // (points, 3), the vertex of each
};

// Rz Ry Rx for the angles (bones, 3) about x, z and y, as matrices (bones, 4, 4).
Tensor euler_rotations(const Tensor& pose) {
    const auto about = [&](int axis) {
        const Tensor angle = pose[{Slice{}, axis}];
        return std::pair(cos(angle), sin(angle));
    };
    const auto [cx, sx] = about(0);
    const auto [cz, sz] = about(1);
    const auto [cy, sy] = about(2);
    const Tensor rows = stack({cz * cy, cz * sy * sx - sz * cx, cz * sy * cx + sz * sx,  //
                               sz * cy, sz * sy * sx + cz * cx, sz * sy * cx - cz * sx,  //
                               -sy, cy * sx, cy * cx},
                              1);
    const Tensor bordered = pad(reshape(rows, {bones, 3, 3}), {{0, 0}, {0, 1}, {0, 1}});
    return at_set(bordered, {Slice{}, 3, 3}, 1);
}

Tensor tracking_errors(const Tensor& theta, const SkinnedHand& hand) {
    std::vector<std::int64_t> bent, axes;
    for (int angle = 0; angle < angles; ++angle) {
        bent.push_back(bone_of(angle));
        axes.push_back(axis_of(angle));
    }
    const Tensor pose =
        at_set(zeros({bones, 3}, f64), {tensor(bent), tensor(axes)}, theta[Slice{6}]);
    const Tensor relative = matmul(hand.places, euler_rotations(pose));
    std::vector<Tensor> absolute{relative[0]};
    for (int b = 1; b < bones; ++b)
        absolute.push_back(matmul(absolute[static_cast<std::size_t>(parent_of(b))], relative[b]));
    const Tensor moves = matmul(stack(absolute), hand.from_rest)[{Slice{}, Slice{.stop = 3}}];
    const Tensor blended = reshape(matmul(hand.weights, reshape(moves, {bones, 12})), {-1, 3, 4});
    const Tensor vertices = sum(blended * expand_dims(hand.vertices, 1), 2);
    const Tensor seen = take(vertices, hand.correspondences);
    return hand.points - (rotated(seen, theta[Slice{0, 3}]) + theta[Slice{3, 6}]);
}

// x ↦ R x + t, or a derivative of such a map.
struct Affine {
    Matrix3 R;
    std::array<double, 3> t;
};

// a(b(x)); of a derivative a, that of the composition.
Affine composed(const Affine& a, const Affine& b) {
    std::array<double, 3> t = product(a.R, b.t.data());
    for (int i = 0; i < 3; ++i) t[i] += a.t[i];
    return {product(a.R, b.R), t};
}

// The rotation about x or z, or its derivative by the angle.
Matrix3 about_axis(int axis, double angle, bool derivative) {
    const double c = derivative ? -std::sin(angle) : std::cos(angle);
    const double s = derivative ? std::cos(angle) : std::sin(angle);
    const double fixed = derivative ? 0 : 1;
    if (axis == 0) return {fixed, 0, 0, 0, c, -s, 0, s, c};
    return {c, -s, 0, s, c, 0, 0, 0, fixed};
}

struct Hand {
    int vertices, points;
    std::vector<Affine> places, from_rest;
    Numbers vertex, weight, point;
    std::vector<std::int64_t> correspondences;

    // Of bone b: its place, turned about x and then z; where `by` is one of its angles, the
    // derivative by that.
    Affine relative(int b, const double* theta, int by = -1) const {
        Matrix3 turn{1, 0, 0, 0, 1, 0, 0, 0, 1};
        for (int a = 0; a < angles; ++a) {
            if (bone_of(a) == b)
                turn = product(about_axis(axis_of(a), theta[6 + a], a == by), turn);
        }
        Affine moved = composed(places[b], {turn, {}});
        if (by >= 0) moved.t = {};
        return moved;
    }
    // Σ weight · move(base) over the bones `first` to below `last`.
    std::array<double, 3> skinned(std::int64_t v, const Affine* moves, int first, int last) const {
        std::array<double, 3> sum{};
        for (int b = first; b < last; ++b) {
            const double w = weight[v * bones + b];
            if (w == 0) continue;
            const auto moved = product(moves[b].R, &vertex[3 * v]);
            for (int i = 0; i < 3; ++i) sum[i] += w * (moved[i] + moves[b].t[i]);
        }
        return sum;
    }
    Numbers errors(const Numbers& theta) const {
        std::vector<Affine> absolute(bones), moves(bones);
        for (int b = 0; b < bones; ++b) {
            absolute[b] = relative(b, theta.data());
            if (b > 0) absolute[b] = composed(absolute[parent_of(b)], absolute[b]);
            moves[b] = composed(absolute[b], from_rest[b]);
        }
        const Matrix3 R = rotation_about(theta.data()).R;
        Numbers errors(3 * points);
        for (int p = 0; p < points; ++p) {
            const auto turned =
                product(R, skinned(correspondences[p], moves.data(), 0, bones).data());
            for (int i = 0; i < 3; ++i)
                errors[3 * p + i] = point[3 * p + i] - turned[i] - theta[3 + i];
        }
        return errors;
    }
    // Forward: an angle moves the bones of its finger from its joint on.
    Numbers jacobian(const Numbers& theta) const {
        std::vector<Affine> local(bones), absolute(bones), moves(bones);
        for (int b = 0; b < bones; ++b) {
            local[b] = absolute[b] = relative(b, theta.data());
            if (b > 0) absolute[b] = composed(absolute[parent_of(b)], local[b]);
            moves[b] = composed(absolute[b], from_rest[b]);
        }
        std::vector<Affine> by_angle(angles * bones);
        for (int a = 0; a < angles; ++a) {
            const int first = bone_of(a), last = 6 + 4 * (a / 4);
            Affine change = composed(absolute[parent_of(first)], relative(first, theta.data(), a));
            change.t = {};
            for (int b = first; b < last; ++b) {
                if (b > first) change = composed(change, local[b]);
                by_angle[a * bones + b] = composed(change, from_rest[b]);
            }
        }
        const Rotation rotation = rotation_about(theta.data());
        Numbers all(3 * points * pose_size);
        for (int p = 0; p < points; ++p) {
            const std::int64_t v = correspondences[p];
            double* rows = &all[3 * p * pose_size];
            const auto at = skinned(v, moves.data(), 0, bones);
            for (int j = 0; j < 3; ++j) {
                const auto turned = product(rotation.by[j], at.data());
                for (int i = 0; i < 3; ++i) {
                    rows[i * pose_size + j] = -turned[i];
                    rows[i * pose_size + 3 + j] = i == j ? -1 : 0;
                }
            }
            for (int a = 0; a < angles; ++a) {
                const auto change = skinned(v, &by_angle[a * bones], bone_of(a), 6 + 4 * (a / 4));
                const auto turned = product(rotation.R, change.data());
                for (int i = 0; i < 3; ++i) rows[i * pose_size + 6 + a] = -turned[i];
            }
        }
        return all;
    }
};

// A hand at rest with random bones and vertices.
Hand drawn_hand(int vertices, int points) {
    Draws draws(5);
    Hand hand{vertices, points, {}, {}, {}, {}, {}, {}};
    std::vector<Affine> rest(bones);
    for (int b = 0; b < bones; ++b) {
        const Numbers axis = draws.normals(3, 0.3);
        hand.places.push_back({rotation_about(axis.data()).R,
                               {draws.normal() / 5, 1 + draws.normal() / 5, draws.normal() / 5}});
        rest[b] = b == 0 ? hand.places[b] : composed(rest[parent_of(b)], hand.places[b]);
        Matrix3 back{};
        for (int i = 0; i < 3; ++i) {
            for (int j = 0; j < 3; ++j) back[3 * i + j] = rest[b].R[3 * j + i];
        }
        auto t = product(back, rest[b].t.data());
        for (double& each : t) each = -each;
        hand.from_rest.push_back({back, t});
    }
    hand.weight.resize(vertices * bones);
    for (int v = 0; v < vertices; ++v) {
        const int bone = 1 + draws.below(bones - 1);
        const double share = draws.uniform(0.2, 0.8);
        hand.weight[v * bones + bone] = share;
        hand.weight[v * bones + parent_of(bone)] = 1 - share;
        for (int i = 0; i < 3; ++i) hand.vertex.push_back(rest[bone].t[i] + draws.normal() / 5);
    }
    hand.point = draws.normals(3 * points);
    for (int p = 0; p < points; ++p) hand.correspondences.push_back(draws.below(vertices));
    return hand;
}

// Matrices (bones, 4, 4).
Tensor homogeneous(const std::vector<Affine>& maps) {
    Numbers all;
    for (const Affine& map : maps) {
        for (int i = 0; i < 3; ++i)
            all.insert(all.end(), {map.R[3 * i], map.R[3 * i + 1], map.R[3 * i + 2], map.t[i]});
        all.insert(all.end(), {0, 0, 0, 1});
    }
    return tensor(all, {bones, 4, 4});
}

}  // namespace

Problem hand_tracking(Size size) {
    const Hand hand = size == Size::small ? drawn_hand(12, 6) : drawn_hand(200, 200);
    const Numbers theta = Draws(55).normals(pose_size, 0.4);
    Problem problem{.name = "ht",
                    .size = std::to_string(hand.points) + " points, " + std::to_string(bones) +
                            " bones, " + std::to_string(pose_size) + " parameters"};
    const Tensor vertices = tensor(hand.vertex, {hand.vertices, 3});
    set_by_shikumi(problem, jacobian(tracking_errors), tensor(theta),
                   SkinnedHand{homogeneous(hand.places), homogeneous(hand.from_rest),
                               concatenate({vertices, ones({hand.vertices, 1}, f64)}, 1),
                               tensor(hand.weight, {hand.vertices, bones}),
                               tensor(hand.point, {hand.points, 3}), tensor(hand.correspondences)});
    problem.by_hand = [=] { return Derivatives{hand.jacobian(theta)}; };
    problem.by_differences = [=] {
        return Derivatives{
            jacobian_by_differences([&](const Numbers& at) { return hand.errors(at); }, theta)};
    };
    return problem;
}

}  // namespace gradbench
