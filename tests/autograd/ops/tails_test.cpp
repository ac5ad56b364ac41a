// Values and derivatives of the functions of one number and of two, far out, at the ends of their
// ranges and at what is not finite.
#include <cmath>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include <shikumi/autograd/ops/ops.hpp>
#include <shikumi/autograd/transform/transform.hpp>

#include "catch.hpp"
#include "support/elements.hpp"
#include "support/infinity.hpp"

using namespace shikumi;
using shikumi_test::doubles;
using shikumi_test::infinity;

namespace {

constexpr double not_a_number = std::numeric_limits<double>::quiet_NaN();

using List = std::vector<double>;

const std::map<std::string, Function> functions{
    {"exp", shikumi::exp},
    {"expm1", shikumi::expm1},
    {"log", shikumi::log},
    {"log1p", shikumi::log1p},
    {"log2", shikumi::log2},
    {"log10", shikumi::log10},
    {"sqrt", shikumi::sqrt},
    {"rsqrt", shikumi::rsqrt},
    {"reciprocal", shikumi::reciprocal},
    {"asin", shikumi::asin},
    {"acos", shikumi::acos},
    {"atan", shikumi::atan},
    {"tan", shikumi::tan},
    {"sinh", shikumi::sinh},
    {"cosh", shikumi::cosh},
    {"tanh", shikumi::tanh},
    {"asinh", shikumi::asinh},
    {"acosh", shikumi::acosh},
    {"atanh", shikumi::atanh},
    {"erf", shikumi::erf},
    {"sigmoid", shikumi::sigmoid},
    {"log_sigmoid", shikumi::log_sigmoid},
    {"softplus", shikumi::softplus},
    {"elu", [](const Tensor& x) { return elu(x); }},
    {"selu", shikumi::selu},
    {"gelu", [](const Tensor& x) { return gelu(x); }},
    {"gelu_tanh", [](const Tensor& x) { return gelu(x, true); }},
    {"silu", shikumi::silu},
    {"mish", shikumi::mish},
    {"softsign", shikumi::softsign},
    {"abs", shikumi::abs},
    {"relu", shikumi::relu},
    {"relu6", shikumi::relu6},
    {"leaky_relu", [](const Tensor& x) { return leaky_relu(x, 0.25); }},
    {"hard_sigmoid", shikumi::hard_sigmoid},
    {"celu", [](const Tensor& x) { return celu(x, 2); }},
    {"hard_shrink", [](const Tensor& x) { return hard_shrink(x); }},
    {"hard_sigmoid6", shikumi::hard_sigmoid6},
    {"hard_silu", shikumi::hard_silu},
    {"hard_tanh", shikumi::hard_tanh},
    {"soft_shrink", [](const Tensor& x) { return soft_shrink(x); }},
    {"sparse_plus", shikumi::sparse_plus},
    {"sparse_sigmoid", shikumi::sparse_sigmoid},
    {"squareplus", [](const Tensor& x) { return squareplus(x); }},
    {"tanh_shrink", shikumi::tanh_shrink},
    {"threshold", [](const Tensor& x) { return threshold(x, 1, 0); }},
};

struct Reference {
    std::string function;
    double x;
    double derivatives[3];  // of the orders 0, 1 and 2
};

// By mpmath 1.3 with 900 digits: the functions as their headers state them, and central
// differences with steps of 1e-250.
const std::vector<Reference> references{
    {"exp", -87.0, {1.6458114310822737e-38, 1.6458114310822737e-38, 1.6458114310822737e-38}},
    {"exp", -50.0, {1.9287498479639178e-22, 1.9287498479639178e-22, 1.9287498479639178e-22}},
    {"exp", -20.5, {1.2501528663867426e-09, 1.2501528663867426e-09, 1.2501528663867426e-09}},
    {"exp", 20.5, {799902177.4755054, 799902177.4755054, 799902177.4755054}},
    {"exp", 80.0, {5.54062238439351e+34, 5.54062238439351e+34, 5.54062238439351e+34}},
    {"expm1", -87.0, {-1.0, 1.6458114310822737e-38, 1.6458114310822737e-38}},
    {"expm1", -37.5, {-1.0, 5.175555005801869e-17, 5.175555005801869e-17}},
    {"expm1", -20.0, {-0.9999999979388464, 2.061153622438558e-09, 2.061153622438558e-09}},
    {"expm1", -9.5, {-0.9999251481701124, 7.48518298877006e-05, 7.48518298877006e-05}},
    {"expm1",
     -0.0010000000474974513,
     {-0.000999500214074986, 0.999000499785925, 0.999000499785925}},
    {"expm1",
     9.999999974752427e-07,
     {1.000000497475407e-06, 1.0000010000004975, 1.0000010000004975}},
    {"expm1", 3.25, {24.790339917193062, 25.790339917193062, 25.790339917193062}},
    {"expm1", 80.0, {5.54062238439351e+34, 5.54062238439351e+34, 5.54062238439351e+34}},
    {"expm1", -700.0, {-1.0, 9.85967654375977e-305, 9.85967654375977e-305}},
    {"log",
     1.500000042698307e-38,
     {-87.09276839720003, 6.666666476896419e+37, -4.444444191417451e+75}},
    {"log",
     9.999999682655225e-21,
     {-46.051701891615394, 1.0000000317344784e+20, -1.000000063468958e+40}},
    {"log", 0.5, {-0.6931471805599453, 2.0, -4.0}},
    {"log", 1.0009765625, {0.0009760859730554589, 0.9990243902439024, -0.9980497323022011}},
    {"log",
     1.0000000200408773e+20,
     {46.051701879921794, 9.99999979959123e-21, -9.999999599182465e-41}},
    {"log",
     3.0000000054977558e+38,
     {88.59684582427442, 3.333333327224716e-39, -1.1111111070386994e-77}},
    {"log", 1e-300, {-690.7755278982137, 9.999999999999999e+299, -infinity}},
    {"log", 1e+300, {690.7755278982137, 1e-300, 0}},
    {"log1p", -0.9999999403953552, {-16.635532333438686, 16777216.0, -281474976710656.0}},
    {"log1p", -0.5, {-0.6931471805599453, 2.0, -4.0}},
    {"log1p", -1.000000013351432e-10, {-1.0000000134014319e-10, 1.0000000001, -1.0000000002}},
    {"log1p", 1.000000013351432e-10, {1.000000013301432e-10, 0.9999999999, -0.9999999998}},
    {"log1p", 10000000000.0, {23.025850930040455, 9.999999999e-11, -9.999999998e-21}},
    {"log1p",
     9.999999680285692e+37,
     {87.4982335018023, 1.0000000319714317e-38, -1.0000000639428645e-76}},
    {"log1p", 1e+200, {460.51701859880916, 1e-200, 0}},
    {"log2",
     1.199999978106707e-38,
     {-125.9702332262071, 1.2022458893417373e+38, -1.0018715927300047e+76}},
    {"log2",
     9.999999682655225e-21,
     {-66.43856194353042, 1.442695086672138e+20, -1.4426951324553142e+40}},
    {"log2", 0.75, {-0.4150374992788438, 1.923593387851951, -2.5647911838026016}},
    {"log2", 3.0, {1.584962500721156, 0.4808983469629878, -0.1602994489876626}},
    {"log2",
     1.0000000200408773e+20,
     {66.43856192666011, 1.4426950119760896e-20, -1.4426949830632164e-40}},
    {"log10",
     1.199999978106707e-38,
     {-37.92081876187582, 3.6191207485558244e+37, -3.0159340121537927e+75}},
    {"log10",
     9.999999682655225e-21,
     {-20.00000001378211, 4.342944956853607e+19, -4.3429450946747005e+39}},
    {"log10", 0.75, {-0.12493873660829995, 0.5790593092043358, -0.7720790789391143}},
    {"log10", 3.0, {0.47712125471966244, 0.14476482730108395, -0.048254942433694645}},
    {"log10",
     1.0000000200408773e+20,
     {20.000000008703644, 4.342944731996096e-21, -4.3429446449596746e-41}},
    {"sqrt",
     1.0000000031710769e-30,
     {1.0000000015855385e-15, 499999999207230.8, -2.499999988108462e+44}},
    {"sqrt", 1.000000013351432e-10, {1.000000006675716e-05, 49999.99966621421, -249999994993213.1}},
    {"sqrt", 2.0, {1.4142135623730951, 0.3535533905932738, -0.08838834764831845}},
    {"sqrt",
     1.0000000150474662e+30,
     {1000000007523733.1, 4.999999962381335e-16, -2.4999999435720027e-46}},
    {"rsqrt",
     9.999999682655225e-21,
     {10000000158.672392, -5.0000002380085906e+29, 7.500000595021486e+49}},
    {"rsqrt",
     1.000000013351432e-10,
     {99999.99933242842, -499999989986426.2, 7.499999749660657e+24}},
    {"rsqrt", 2.0, {0.7071067811865476, -0.1767766952966369, 0.13258252147247765}},
    {"rsqrt",
     1.0000000200408773e+20,
     {9.999999899795615e-11, -4.999999849693424e-31, 7.499999624233563e-51}},
    {"reciprocal",
     -9.999999960041972e-13,
     {-1000000003995.8029, -1.0000000079916056e+24, -2.000000023974817e+36}},
    {"reciprocal",
     9.999999960041972e-13,
     {1000000003995.8029, -1.0000000079916056e+24, 2.000000023974817e+36}},
    {"reciprocal", 3.0, {0.3333333333333333, -0.1111111111111111, 0.07407407407407407}},
    {"reciprocal",
     999999995904.0,
     {1.000000004096e-12, -1.000000008192e-24, 2.0000000245760002e-36}},
    {"asin", -0.9999999403953552, {-1.5704510598101804, 2896.3094188984724, -24296003637.769703}},
    {"asin", -0.5, {-0.5235987755982989, 1.1547005383792515, -0.769800358919501}},
    {"asin",
     9.999999974752427e-07,
     {9.999999974754094e-07, 1.0000000000005, 9.999999974767428e-07}},
    {"asin",
     0.0010000000474974513,
     {0.0010000002141642168, 1.0000005000004224, 0.00100000154749954}},
    {"asin", 0.9990234375, {1.5265985556491812, 22.632943293569802, 11582.405966324197}},
    {"asin", 0.9999999403953552, {1.5704510598101804, 2896.3094188984724, 24296003637.769703}},
    {"acos", -0.9999999403953552, {3.141247386605077, -2896.3094188984724, 24296003637.769703}},
    {"acos", -0.5, {2.0943951023931957, -1.1547005383792515, 0.769800358919501}},
    {"acos",
     0.0010000000474974513,
     {1.5697963265807324, -1.0000005000004224, -0.00100000154749954}},
    {"acos", 0.9990234375, {0.04419777114571532, -22.632943293569802, -11582.405966324197}},
    {"acos", 0.9999999403953552, {0.0003452669847162036, -2896.3094188984724, -24296003637.769703}},
    {"atan",
     -9.999999843067494e+17,
     {-1.5707963267948966, 1.0000000313865018e-36, 2.0000000941595063e-54}},
    {"atan", -10000000000.0, {-1.5707963266948965, 1e-20, 2e-30}},
    {"atan", -30.0, {-1.5374753309166493, 0.0011098779134295228, 7.390973896312027e-05}},
    {"atan", 1.000000013351432e-10, {1.000000013351432e-10, 1.0, -2.000000026702864e-10}},
    {"atan", 0.5, {0.4636476090008061, 0.8, -0.64}},
    {"atan", 3.0, {1.2490457723982544, 0.1, -0.06}},
    {"atan", 10000000000.0, {1.5707963266948965, 1e-20, -2e-30}},
    {"atan",
     9.999999843067494e+17,
     {1.5707963267948966, 1.0000000313865018e-36, -2.0000000941595063e-54}},
    {"atan", 1e+100, {1.5707963267948966, 1e-200, -2e-300}},
    {"tan", -1.5, {-14.101419947171719, 199.85004452649247, -5636.338808658074}},
    {"tan", 9.999999974752427e-07, {9.99999997475576e-07, 1.000000000001, 1.999999994953152e-06}},
    {"tan", 0.5, {0.5463024898437905, 1.2984464104095248, 1.4186890138709114}},
    {"tan", 1.5700000524520874, {1255.8483111751382, 1577155.9806814466, 3961337349.5971274}},
    {"sinh", -80.0, {-2.770311192196755e+34, 2.770311192196755e+34, -2.770311192196755e+34}},
    {"sinh",
     -9.999999974752427e-07,
     {-9.999999974754094e-07, 1.0000000000005, -9.999999974754094e-07}},
    {"sinh", 0.5, {0.5210953054937474, 1.1276259652063807, 0.5210953054937474}},
    {"sinh", 80.0, {2.770311192196755e+34, 2.770311192196755e+34, 2.770311192196755e+34}},
    {"cosh", -80.0, {2.770311192196755e+34, -2.770311192196755e+34, 2.770311192196755e+34}},
    {"cosh", -9.999999974752427e-07, {1.0000000000005, -9.999999974754094e-07, 1.0000000000005}},
    {"cosh", 0.5, {1.1276259652063807, 0.5210953054937474, 1.1276259652063807}},
    {"cosh", 80.0, {2.770311192196755e+34, 2.770311192196755e+34, 2.770311192196755e+34}},
    {"tanh", -40.0, {-1.0, 7.219405551381661e-35, 1.4438811102763322e-34}},
    {"tanh", -20.5, {-1.0, 6.251528757339955e-18, 1.250305751467991e-17}},
    {"tanh", -9.5, {-0.9999999887944072, 2.241118549901845e-08, 4.482237049577566e-08}},
    {"tanh",
     -9.999999747378752e-05,
     {-9.999999714045421e-05, 0.9999999900000006, 0.00019999999228090858}},
    {"tanh", 0.5, {0.46211715726000974, 0.7864477329659274, -0.7268619813835873}},
    {"tanh", 9.5, {0.9999999887944072, 2.241118549901845e-08, -4.482237049577566e-08}},
    {"tanh", 15.0, {0.9999999999998128, 3.743049187535369e-13, -7.486098375069338e-13}},
    {"tanh", 20.5, {1.0, 6.251528757339955e-18, -1.250305751467991e-17}},
    {"tanh", 40.0, {1.0, 7.219405551381661e-35, -1.4438811102763322e-34}},
    {"tanh", -350.0, {-1.0, 3.943870617503908e-304, 7.887741235007817e-304}},
    {"tanh", 350.0, {1.0, 3.943870617503908e-304, -7.887741235007817e-304}},
    {"asinh",
     -1.0000000150474662e+30,
     {-69.77069998542878, 9.99999984952534e-31, 9.999999699050682e-61}},
    {"asinh",
     -9.999999980506448e+18,
     {-44.44226394549746, 1.0000000019493552e-19, 1.0000000038987104e-38}},
    {"asinh", -30.0, {-4.09462222433053, 0.03331483023263848, 0.0011092618279457873}},
    {"asinh",
     9.999999974752427e-07,
     {9.99999997475076e-07, 0.9999999999995, -9.999999974737426e-07}},
    {"asinh", 0.5, {0.48121182505960347, 0.8944271909999159, -0.35777087639996635}},
    {"asinh", 10000000000.0, {23.7189981105004, 1e-10, -1e-20}},
    {"asinh",
     9.999999980506448e+18,
     {44.44226394549746, 1.0000000019493552e-19, -1.0000000038987104e-38}},
    {"asinh",
     1.0000000150474662e+30,
     {69.77069998542878, 9.99999984952534e-31, -9.999999699050682e-61}},
    {"asinh", 1e+200, {461.2101657793691, 1e-200, 0}},
    {"acosh", 1.0000001192092896, {0.0004882812451493617, 2047.9999389648465, -8589934847.999966}},
    {"acosh", 1.5, {0.9624236501192069, 0.8944271909999159, -1.0733126291998991}},
    {"acosh", 30.0, {4.0940666686320855, 0.033351867298253506, -0.001112965538317692}},
    {"acosh", 10000000000.0, {23.7189981105004, 1e-10, -1e-20}},
    {"acosh",
     1.0000000200408773e+20,
     {46.744849060481734, 9.99999979959123e-21, -9.999999599182465e-41}},
    {"acosh",
     1.0000000150474662e+30,
     {69.77069998542878, 9.99999984952534e-31, -9.999999699050682e-61}},
    {"acosh", 1e+200, {461.2101657793691, 1e-200, 0}},
    {"atanh", -0.9999999403953552, {-8.664339742098155, 8388608.250000007, -140737488355327.88}},
    {"atanh", -0.5, {-0.5493061443340549, 1.3333333333333333, -1.7777777777777777}},
    {"atanh",
     9.999999974752427e-07,
     {9.99999997475576e-07, 1.000000000001, 1.9999999949544855e-06}},
    {"atanh", 0.5, {0.5493061443340549, 1.3333333333333333, 1.7777777777777777}},
    {"atanh", 0.9990234375, {3.8120652928306447, 512.2501221299462, 524287.8748778402}},
    {"atanh", 0.9999999403953552, {8.664339742098155, 8388608.250000007, 140737488355327.88}},
    {"erf", -9.0, {-1.0, 7.492073428245974e-36, 1.3485732170842753e-34}},
    {"erf", -5.5, {-0.9999999999999927, 8.223316045262922e-14, 9.045647649789214e-13}},
    {"erf", -2.0, {-0.9953222650189527, 0.020666985354092053, 0.08266794141636821}},
    {"erf",
     9.999999974752427e-07,
     {1.1283791642462529e-06, 1.1283791670943841, -2.2567583284910015e-06}},
    {"erf", 0.5, {0.5204998778130465, 0.8787825789354448, -0.8787825789354448}},
    {"erf", 3.0, {0.9999779095030014, 0.00013925305194674786, -0.0008355183116804871}},
    {"erf", 5.5, {0.9999999999999927, 8.223316045262922e-14, -9.045647649789214e-13}},
    {"erf", 9.0, {1.0, 7.492073428245974e-36, -1.3485732170842753e-34}},
    {"erf", 26.0, {1.0, 2.9470349932662697e-294, -1.53245819649846e-292}},
    {"sigmoid", -80.0, {1.8048513878454153e-35, 1.8048513878454153e-35, 1.8048513878454153e-35}},
    {"sigmoid", -37.5, {5.175555005801868e-17, 5.175555005801868e-17, 5.1755550058018675e-17}},
    {"sigmoid", -20.0, {2.0611536181902037e-09, 2.061153613941849e-09, 2.061153605445141e-09}},
    {"sigmoid", -5.0, {0.0066928509242848554, 0.006648056670790155, 0.006559067766322563}},
    {"sigmoid", 0.5, {0.6224593312018546, 0.2350037122015945, -0.05755679485232074}},
    {"sigmoid", 5.0, {0.9933071490757152, 0.006648056670790155, -0.006559067766322563}},
    {"sigmoid", 20.0, {0.9999999979388464, 2.061153613941849e-09, -2.061153605445141e-09}},
    {"sigmoid", 37.5, {1.0, 5.175555005801868e-17, -5.1755550058018675e-17}},
    {"sigmoid", 80.0, {1.0, 1.8048513878454153e-35, -1.8048513878454153e-35}},
    {"sigmoid", -700.0, {9.85967654375977e-305, 9.85967654375977e-305, 9.85967654375977e-305}},
    {"sigmoid", 700.0, {1.0, 9.85967654375977e-305, -9.85967654375977e-305}},
    {"log_sigmoid", -80.0, {-80.0, 1.0, -1.8048513878454153e-35}},
    {"log_sigmoid", -20.0, {-20.000000002061153, 0.9999999979388464, -2.061153613941849e-09}},
    {"log_sigmoid", -5.0, {-5.006715348489118, 0.9933071490757152, -0.006648056670790155}},
    {"log_sigmoid", 0.5, {-0.4740769841801067, 0.37754066879814546, -0.2350037122015945}},
    {"log_sigmoid", 5.0, {-0.006715348489118068, 0.0066928509242848554, -0.006648056670790155}},
    {"log_sigmoid", 20.0, {-2.061153620314381e-09, 2.0611536181902037e-09, -2.061153613941849e-09}},
    {"log_sigmoid",
     37.43000030517578,
     {-5.550823392276594e-17, 5.5508233922765936e-17, -5.5508233922765936e-17}},
    {"log_sigmoid",
     80.0,
     {-1.8048513878454153e-35, 1.8048513878454153e-35, -1.8048513878454153e-35}},
    {"log_sigmoid", 700.0, {-9.85967654375977e-305, 9.85967654375977e-305, -9.85967654375977e-305}},
    {"softplus", -80.0, {1.8048513878454153e-35, 1.8048513878454153e-35, 1.8048513878454153e-35}},
    {"softplus",
     -37.43000030517578,
     {5.550823392276594e-17, 5.5508233922765936e-17, 5.5508233922765936e-17}},
    {"softplus", -20.0, {2.061153620314381e-09, 2.0611536181902037e-09, 2.061153613941849e-09}},
    {"softplus", -5.0, {0.006715348489118068, 0.0066928509242848554, 0.006648056670790155}},
    {"softplus", 0.5, {0.9740769841801067, 0.6224593312018546, 0.2350037122015945}},
    {"softplus", 5.0, {5.006715348489118, 0.9933071490757152, 0.006648056670790155}},
    {"softplus", 20.0, {20.000000002061153, 0.9999999979388464, 2.061153613941849e-09}},
    {"softplus", 37.43000030517578, {37.43000030517578, 1.0, 5.5508233922765936e-17}},
    {"softplus", 80.0, {80.0, 1.0, 1.8048513878454153e-35}},
    {"softplus", -700.0, {9.85967654375977e-305, 9.85967654375977e-305, 9.85967654375977e-305}},
    {"softplus", 700.0, {700.0, 1.0, 9.85967654375977e-305}},
    {"elu", -80.0, {-1.0, 1.8048513878454153e-35, 1.8048513878454153e-35}},
    {"elu", -20.0, {-0.9999999979388464, 2.061153622438558e-09, 2.061153622438558e-09}},
    {"elu", -5.0, {-0.9932620530009145, 0.006737946999085467, 0.006737946999085467}},
    {"elu",
     -9.999999747378752e-05,
     {-9.999499764070263e-05, 0.9999000050023593, 0.9999000050023593}},
    {"elu", 2.0, {2.0, 1.0, 0}},
    {"elu", -700.0, {-1.0, 9.85967654375977e-305, 9.85967654375977e-305}},
    {"selu", -80.0, {-1.7580993408473768, 3.173108035298498e-35, 3.173108035298498e-35}},
    {"selu", -20.0, {-1.758099337223664, 3.6237128249944117e-09, 3.6237128249944117e-09}},
    {"selu", -5.0, {-1.7462533606696202, 0.01184598017775672, 0.01184598017775672}},
    {"selu",
     -9.999999747378752e-05,
     {-0.00017580113944015428, 1.7579235397079367, 1.7579235397079367}},
    {"selu", 2.0, {2.101401974710961, 1.0507009873554805, 0}},
    {"gelu", -12.5, {-4.665705373597142e-35, -5.831668554480156e-34, -7.242338839676663e-33}},
    {"gelu", -9.0, {-1.0157295653584566e-18, -9.138937373906639e-18, -8.121021121618442e-17}},
    {"gelu", -5.5, {-1.0444259356238245e-07, -5.733472398739924e-07, -3.0424572120184754e-06}},
    {"gelu", -2.0, {-0.04550026389635842, -0.0852318010781969, -0.1079819330263761}},
    {"gelu", -0.125, {-0.056282721896235885, 0.4007820643017934, 0.7854904100309873}},
    {"gelu", 0.5, {0.34573123063700656, 0.8674951246561629, 0.6161143218375241}},
    {"gelu", 2.0, {1.9544997361036416, 1.085231801078197, -0.1079819330263761}},
    {"gelu", 5.5, {5.499999895557407, 1.00000057334724, -3.0424572120184754e-06}},
    {"gelu", 9.0, {9.0, 1.0, -8.121021121618442e-17}},
    {"gelu", -37.0, {-2.1184613523340935e-298, -7.838298669418516e-297, -2.898048955934136e-295}},
    {"gelu_tanh", -9.0, {-1.3364595947348725e-28, -2.515735285067425e-27, -4.6839285778142383e-26}},
    {"gelu_tanh", -7.0, {-2.315442262072549e-15, -2.765117350706602e-14, -3.2322584067057344e-13}},
    {"gelu_tanh", -5.5, {-5.9276402638802624e-09, -4.676552810807415e-08, -3.5479815824881377e-07}},
    {"gelu_tanh", -2.0, {-0.04540230591222498, -0.08609925662361838, -0.10787507995107845}},
    {"gelu_tanh", -0.125, {-0.05628280137577661, 0.40078459383720855, 0.7854303623592652}},
    {"gelu_tanh", 0.5, {0.34571400982514394, 0.8673699035346423, 0.6155068951159849}},
    {"gelu_tanh", 2.0, {1.954597694087775, 1.0860992566236183, -0.10787507995107845}},
    {"gelu_tanh", 5.5, {5.499999994072359, 1.0000000467655281, -3.5479815824881377e-07}},
    {"gelu_tanh", 9.0, {9.0, 1.0, -4.6839285778142383e-26}},
    {"gelu_tanh",
     -20.0,
     {-3.3754509563109673e-261, -2.9424328724945027e-259, -2.5620732028460162e-257}},
    {"silu", -80.0, {-1.4438811102763322e-33, -1.425832596397878e-33, -1.407784082519424e-33}},
    {"silu", -37.5, {-1.9408331271757007e-15, -1.8890775771176817e-15, -1.837322027059663e-15}},
    {"silu", -20.0, {-4.122307236380407e-08, -3.9161918660646786e-08, -3.710076488101912e-08}},
    {"silu", -5.0, {-0.03346425462142428, -0.02654743242966592, -0.019499225490032506}},
    {"silu", 0.5, {0.3112296656009273, 0.7399611873026518, 0.4412290269770286}},
    {"silu", 5.0, {4.966535745378576, 1.026547432429666, -0.019499225490032506}},
    {"silu", 20.0, {19.99999995877693, 1.0000000391619186, -3.710076488101912e-08}},
    {"silu", 37.5, {37.5, 1.000000000000002, -1.837322027059663e-15}},
    {"silu", 80.0, {80.0, 1.0, -1.407784082519424e-33}},
    {"silu", -700.0, {-6.90177358063184e-302, -6.891913904088079e-302, -6.88205422754432e-302}},
    {"mish", -80.0, {-1.4438811102763322e-33, -1.425832596397878e-33, -1.407784082519424e-33}},
    {"mish", -37.5, {-1.9408331271757007e-15, -1.889077577117682e-15, -1.837322027059663e-15}},
    {"mish", -20.0, {-4.122307240628761e-08, -3.916191874348969e-08, -3.710076504245658e-08}},
    {"mish", -5.0, {-0.033576237730161704, -0.026747498019901932, -0.019850678262608362}},
    {"mish", 0.5, {0.37524521130489513, 0.8864243753577272, 0.4680533778448866}},
    {"mish", 5.0, {4.999552077529406, 1.0008002248320826, -0.0014056704791877502}},
    {"mish", 20.0, {20.0, 1.0000000000000002, -6.4574984070979e-16}},
    {"mish", 37.5, {37.5, 1.0, -7.821619928479586e-31}},
    {"mish", -700.0, {-6.90177358063184e-302, -6.891913904088079e-302, -6.88205422754432e-302}},
    {"softsign", -999999995904.0, {-0.999999999999, 1.00000000819e-24, 2.0000000245700002e-36}},
    {"softsign", -1000000.0, {-0.999999000001, 9.99998000003e-13, 1.999994000012e-18}},
    {"softsign", -2.0, {-0.6666666666666666, 0.1111111111111111, 0.07407407407407407}},
    {"softsign", 0.5, {0.3333333333333333, 0.4444444444444444, -0.5925925925925926}},
    {"softsign", 3.0, {0.75, 0.0625, -0.03125}},
    {"softsign", 1000000.0, {0.999999000001, 9.99998000003e-13, -1.999994000012e-18}},
    {"softsign", 999999995904.0, {0.999999999999, 1.00000000819e-24, -2.0000000245700002e-36}},
    {"softsign", 1e+100, {1.0, 1e-200, -2e-300}},
};

// f(x) and its first two derivatives, those of second order by each mode over the first.
struct FarOut {
    double value, first, second, second_forward;
};
FarOut far_out(const Function& f, double x, DType dtype) {
    const Tensor t = scalar(x, dtype);
    const Function slope = grad([&](const Tensor& v) { return f(v); });
    const auto [first, second] = jvp(slope, t, ones_like(t));
    return {f(t).item<double>(), first.item<double>(), grad(slope)(t).item<double>(),
            second.item<double>()};
}

// The distance in units in the last place of the dtype; a denormal number counts as 0.
double distance(double got, double wanted, DType dtype) {
    const int digits = dtype == f32 ? 24 : 53;
    const double least = dtype == f32 ? 0x1p-126 : 0x1p-1022, most = dtype == f32 ? 0x1p127 : 1e308;
    if (std::isnan(wanted)) return std::isnan(got) ? 0 : infinity;
    if (got == wanted) return 0;
    if (std::abs(wanted) < 1.001 * least) return std::abs(got) <= 1.001 * least ? 0 : infinity;
    if (std::abs(wanted) > most) return std::abs(got) > 0.999 * most ? 0 : infinity;
    if (std::isnan(got)) return infinity;
    int exponent = 0;
    std::frexp(wanted, &exponent);
    return std::abs(got - wanted) / std::ldexp(1.0, exponent - digits);
}

void check(const std::string& what, double got, double wanted, DType dtype, double ulps) {
    INFO(what << ", " << name(dtype) << ": got " << got << ", wanted " << wanted);
    CHECK(distance(got, wanted, dtype) <= ulps);
}

}  // namespace

TEST_CASE("functions of one number keep their values and derivatives far out", "[tails]") {
    for (const Reference& r : references) {
        INFO(r.function << " at " << r.x);
        for (const DType dtype : {f64, f32}) {
            if (dtype == f32 && (std::abs(r.x) > 3e38 || std::abs(r.x) < 1e-37)) continue;
            const auto [y, first, second, forward] = far_out(functions.at(r.function), r.x, dtype);
            check("value", y, r.derivatives[0], dtype, 4);
            check("first derivative", first, r.derivatives[1], dtype, 4);
            check("second derivative", second, r.derivatives[2], dtype, 16);
            check("second derivative, forward", forward, r.derivatives[2], dtype, 16);
        }
    }
}

TEST_CASE("functions of one number have their limits and slopes at infinity", "[tails]") {
    const double half_pi = std::acos(0.0), least = -1.7580993408473766;
    const std::map<std::string, std::vector<List>> limits{
        // value and slope at -∞, and at ∞
        {"exp", {{0, 0}, {infinity, infinity}}},
        {"expm1", {{-1, 0}, {infinity, infinity}}},
        {"log", {{not_a_number, 0}, {infinity, 0}}},
        {"log1p", {{not_a_number, 0}, {infinity, 0}}},
        {"log2", {{not_a_number, 0}, {infinity, 0}}},
        {"log10", {{not_a_number, 0}, {infinity, 0}}},
        {"sqrt", {{not_a_number, not_a_number}, {infinity, 0}}},
        {"rsqrt", {{not_a_number, not_a_number}, {0, 0}}},
        {"reciprocal", {{0, 0}, {0, 0}}},
        {"atan", {{-half_pi, 0}, {half_pi, 0}}},
        {"sinh", {{-infinity, infinity}, {infinity, infinity}}},
        {"cosh", {{infinity, -infinity}, {infinity, infinity}}},
        {"tanh", {{-1, 0}, {1, 0}}},
        {"asinh", {{-infinity, 0}, {infinity, 0}}},
        {"acosh", {{not_a_number, not_a_number}, {infinity, 0}}},
        {"erf", {{-1, 0}, {1, 0}}},
        {"sigmoid", {{0, 0}, {1, 0}}},
        {"log_sigmoid", {{-infinity, 1}, {0, 0}}},
        {"softplus", {{0, 0}, {infinity, 1}}},
        {"elu", {{-1, 0}, {infinity, 1}}},
        {"selu", {{least, 0}, {infinity, 1.0507009873554805}}},
        {"gelu", {{0, 0}, {infinity, 1}}},
        {"gelu_tanh", {{0, 0}, {infinity, 1}}},
        {"silu", {{0, 0}, {infinity, 1}}},
        {"mish", {{0, 0}, {infinity, 1}}},
        {"softsign", {{-1, 0}, {1, 0}}},
        {"abs", {{infinity, -1}, {infinity, 1}}},
        {"relu", {{0, 0}, {infinity, 1}}},
        {"relu6", {{0, 0}, {6, 0}}},
        {"leaky_relu", {{-infinity, 0.25}, {infinity, 1}}},
        {"hard_sigmoid", {{0, 0}, {1, 0}}},
        {"celu", {{-2, 0}, {infinity, 1}}},
        {"hard_shrink", {{-infinity, 1}, {infinity, 1}}},
        {"hard_sigmoid6", {{0, 0}, {1, 0}}},
        {"hard_silu", {{0, 0}, {infinity, 1}}},
        {"hard_tanh", {{-1, 0}, {1, 0}}},
        {"soft_shrink", {{-infinity, 1}, {infinity, 1}}},
        {"sparse_plus", {{0, 0}, {infinity, 1}}},
        {"sparse_sigmoid", {{0, 0}, {1, 0}}},
        {"squareplus", {{0, 0}, {infinity, 1}}},
        {"tanh_shrink", {{-infinity, 1}, {infinity, 1}}},
        {"threshold", {{0, 0}, {infinity, 1}}},
    };
    for (const auto& [function, wanted] : limits) {
        for (const DType dtype : {f64, f32}) {
            for (const bool upper : {false, true}) {
                INFO(function << " at " << (upper ? "inf" : "-inf"));
                const auto [y, first, second, forward] =
                    far_out(functions.at(function), upper ? infinity : -infinity, dtype);
                check("value", y, wanted[upper][0], dtype, 1);
                if (std::isnan(wanted[upper][0])) continue;
                check("slope", first, wanted[upper][1], dtype, 1);
                if (std::isinf(first)) continue;
                check("second derivative", second, 0, dtype, 0);
                check("second derivative, forward", forward, 0, dtype, 0);
            }
        }
    }
    // So far out, a product would overflow.
    for (const DType dtype : {f64, f32}) {
        for (const char* function : {"gelu", "gelu_tanh", "silu", "mish"}) {
            INFO(function);
            const auto [y, first, second, forward] = far_out(functions.at(function), 1e20, dtype);
            CHECK(std::vector{first, second, forward} == List{1, 0, 0});
            const FarOut low = far_out(functions.at(function), -1e20, dtype);
            CHECK(std::vector{low.value, low.first, low.second, low.second_forward} ==
                  List{0, 0, 0, 0});
        }
    }
}

TEST_CASE("functions of one number pass NaN on, and take both zeros", "[tails]") {
    for (const auto& [name, function] : functions) {
        INFO(name);
        for (const DType dtype : {f64, f32}) {
            CHECK(std::isnan(far_out(function, not_a_number, dtype).value));
            const FarOut above = far_out(function, 0.0, dtype),
                         below = far_out(function, -0.0, dtype);
            if (name != "reciprocal") check("-0", below.value, above.value, dtype, 0);
            if (!std::isinf(above.first)) check("slope at -0", below.first, above.first, dtype, 0);
            const bool inside = name != "acosh";
            CHECK(std::isnan(above.value) == !inside);
        }
    }
}

TEST_CASE("functions of two numbers keep their derivatives far out", "[tails]") {
    struct Case {
        double y, x, by_y, by_x;
    };
    // x / (x² + y²), -y / (x² + y²) by hand
    const std::vector<Case> angles{{1e20, 1, 1e-40, -1e-20},    {1, 1e20, 1e-20, -1e-40},
                                   {1e-25, 1e-25, 5e24, -5e24}, {3e30, 4e30, 1.6e-31, -1.2e-31},
                                   {0, -2, -0.5, -0.0},         {infinity, 1, 0, -0.0},
                                   {1, infinity, 0, -0.0},      {infinity, infinity, 0, -0.0}};
    for (const DType dtype : {f64, f32}) {
        for (const Case& c : angles) {
            const Tensor y = scalar(c.y, dtype), x = scalar(c.x, dtype);
            const std::vector<Tensor> slopes = grad(atan2(y, x), {y, x});
            INFO("atan2 of " << c.y << ", " << c.x);
            check("by y", slopes[0].item<double>(), c.by_y, dtype, 4);
            check("by x", slopes[1].item<double>(), c.by_x, dtype, 4);
        }
    }
    const Tensor y = scalar(3e20, f32), x = scalar(4e20, f32);
    // ∂²/∂y∂x = (y² - x²) / (x² + y²)², ∂²/∂y² = -2 x y / (x² + y²)²: below the range of f32
    CHECK(grad(grad(atan2(y, x), {y})[0], {x})[0].item<float>() == 0);
    const Tensor near = scalar(3e-10, f32), beside = scalar(4e-10, f32);
    CHECK(grad(grad(atan2(near, beside), {near})[0], {beside})[0].item<float>() ==
          Approx(-0.07 / 0.0625e-18));
    CHECK(grad(grad(atan2(near, beside), {near})[0], {near})[0].item<float>() ==
          Approx(-0.24 / 0.0625e-18));
}

TEST_CASE("quotients keep derivatives of the range", "[tails]") {
    const Tensor a = scalar(1e20, f32), b = scalar(2e38, f32);
    const std::vector<Tensor> slopes = grad((a / b) * 1e30, {a, b});
    CHECK(slopes[0].item<float>() == Approx(5e-9));
    CHECK(slopes[1].item<float>() == Approx(-2.5e-27));
}

TEST_CASE("powers have their derivatives at the corners", "[tails]") {
    const auto by = [](double a, double b) {
        const Tensor x = scalar(a, f64), y = scalar(b, f64), p = pow(x, y);
        const std::vector<Tensor> first = grad(p, {x, y});
        const Tensor one = ones_like(x);
        return List{first[0].item<double>(),
                    first[1].item<double>(),
                    grad(first[0], {x})[0].item<double>(),
                    grad(first[0], {y})[0].item<double>(),
                    grad(first[1], {x})[0].item<double>(),
                    grad(first[1], {y})[0].item<double>(),
                    jvp(first[0], {y}, {one}).item<double>(),
                    jvp(first[1], {x}, {one}).item<double>()};
    };
    // ∂a, ∂b, ∂²a, ∂a∂b, ∂b∂a, ∂²b, and the mixed ones forwards
    CHECK(by(0, 1) == List{1, 0, 0, -infinity, -infinity, 0, -infinity, -infinity});
    CHECK(by(0, 2) == List{0, 0, 2, 0, 0, 0, 0, 0});
    CHECK(by(0, 3) == List{0, 0, 0, 0, 0, 0, 0, 0});
    const List zero = by(0, 0);
    CHECK(zero[0] == 0);
    CHECK(zero[1] == 0);
    CHECK(zero[2] == 0);
    CHECK(by(0, 0.5)[0] == infinity);
    CHECK(by(0, 0.5)[1] == 0);
    CHECK(by(0, -1)[0] == -infinity);
    CHECK(by(infinity, -1)[1] == 0);
    CHECK(by(1, 5) == List{5, 0, 20, 1, 1, 0, 1, 1});

    const Function f = [](const Tensor& x) { return x * (1 - pow(x, 1.1)); };
    const Tensor origin = scalar(0, f64);
    CHECK(grad(f)(origin).item<double>() == 1);
    CHECK(grad(grad(f))(origin).item<double>() == 0);
    CHECK(hvp(f, origin, ones_like(origin)).item<double>() == 0);
}

TEST_CASE("softmax and the losses of logits keep what is left of certainty", "[tails]") {
    // p = 1 / (1 + exp(-d)): 1 - p for d = 37.43, and for d = 16.5, by mpmath
    for (const auto& [dtype, d, rest] : {std::tuple(f64, 37.43, 5.550825086253719e-17),
                                         std::tuple(f32, 16.5, 6.825602910446287e-08)}) {
        INFO(name(dtype));
        for (const int more : {0, 20}) {  // narrow rows, and wide ones
            INFO(more << " further classes");
            const auto logits = [&, d = d] {
                List row(static_cast<std::size_t>(2 + more), -1e30);
                row[0] = d;
                row[1] = 0;
                return row;
            }();
            const auto n = static_cast<Index>(logits.size());
            const Tensor x = tensor(logits).cast(dtype);
            const Tensor class_0 = cast(equal(arange(n), 0), dtype);
            const auto first = [&](const Function& f) {
                return doubles(grad([&](const Tensor& t) { return sum(f(t)); })(x));
            };
            const auto check_row = [&, dtype = dtype](const List& got, double a, double b) {
                check("class 0", got[0], a, dtype, 4);
                check("class 1", got[1], b, dtype, 4);
            };
            const auto to_class_0 = [&](auto f) {
                return [&class_0, f](const Tensor& t) { return f(t) * class_0; };
            };
            const Tensor label = scalar(0, i64);
            check_row(doubles(log_softmax(x)), -rest, -d);
            check_row(first(to_class_0([](const Tensor& t) { return log_softmax(t); })), rest,
                      -rest);
            check_row(first(to_class_0([](const Tensor& t) { return softmax(t); })), rest, -rest);
            check_row(
                doubles(jvp([](const Tensor& t) { return log_softmax(t); }, x, class_0).second),
                rest, -1);
            check_row(doubles(jvp([](const Tensor& t) { return softmax(t); }, x, class_0).second),
                      rest, -rest);
            check("loss", cross_entropy_each(x, label).item<double>(), rest, dtype, 4);
            check("loss", cross_entropy_each(x, class_0).item<double>(), rest, dtype, 4);
            check_row(first([&](const Tensor& t) { return cross_entropy_each(t, label); }), -rest,
                      rest);
            check_row(first([&](const Tensor& t) { return cross_entropy_each(t, class_0); }), -rest,
                      rest);
            const Function h = grad([&](const Tensor& t) { return cross_entropy_each(t, label); });
            check_row(doubles(jvp(h, x, class_0).second), rest, -rest);
            // Along the other axis.
            const Tensor column = reshape(x, {-1, 1});
            check_row(doubles(log_softmax(column, 0)), -rest, -d);
        }
    }
    // Ties, of which none prevails.
    const Tensor same = zeros({1, 3}, f64);
    CHECK(doubles(log_softmax(same))[0] == Approx(-std::log(3.0)));
    CHECK(doubles(grad([](const Tensor& t) {
              return sum(cross_entropy_each(t, tensor(std::vector<std::int64_t>{1})));
          })(same))[1] == Approx(-2.0 / 3));
}

TEST_CASE("binary cross-entropy has its limits and its tails", "[tails]") {
    const Tensor x = tensor({-infinity, infinity, infinity, -infinity}, f64);
    const Tensor t = tensor({0., 1., 0., 1.}, f64);
    CHECK(doubles(binary_cross_entropy_each(x, t)) == List{0, 0, infinity, infinity});
    const Function loss = [&](const Tensor& v) { return sum(binary_cross_entropy_each(v, t)); };
    CHECK(doubles(grad(loss)(x)) == List{0, 0, 1, -1});
    for (const DType dtype : {f64, f32}) {
        const Tensor logit = scalar(17, dtype), one = scalar(1, dtype);
        const Function certain = [&](const Tensor& v) { return binary_cross_entropy_each(v, one); };
        // log(1 + e⁻¹⁷) and σ(17) - 1, by mpmath
        check("loss", certain(logit).item<double>(), 4.139937633089748e-08, dtype, 4);
        check("slope", grad(certain)(logit).item<double>(), -4.139937547394331e-08, dtype, 4);
    }
}

TEST_CASE("sparsemax of ties and of numbers without an end", "[tails]") {
    const auto p = [](const List& x) { return doubles(sparsemax(tensor(x))); };
    CHECK(p({1, 1}) == List{0.5, 0.5});
    CHECK(p({1e300, 1e300, -1e300}) == List{0.5, 0.5, 0});
    CHECK(p({infinity, 1, -infinity}) == List{1, 0, 0});
    CHECK(p({-infinity, -infinity}) == List{0.5, 0.5});
    CHECK(p({7}) == List{1});
    for (const double x : p({1, not_a_number, 2})) CHECK(std::isnan(x));
    CHECK(sparsemax(zeros({2, 0})).size() == 0);
}

TEST_CASE("a derivative that chooses doesn't multiply", "[tails]") {
    using Wanted = std::pair<Function, List>;
    const Tensor x = tensor({-1., 4.}, f64);
    const std::vector<Wanted> below_a_root{
        {[](const Tensor& t) { return maximum(t, 0); }, {0, 0.25}},
        {[](const Tensor& t) { return maximum(zeros_like(t), t); }, {0, 0.25}},
        {[](const Tensor& t) { return -minimum(-t, 0); }, {0, 0.25}},
        {[](const Tensor& t) { return clip(t, 0, 9); }, {0, 0.25}},
        {[](const Tensor& t) { return where(t > 0, t, 0); }, {0, 0.25}},
        {[](const Tensor& t) { return where(t <= 0, 0, t); }, {0, 0.25}},
        {[](const Tensor& t) { return relu(t); }, {0, 0.25}},
        {[](const Tensor& t) { return relu6(t); }, {0, 0.25}},
        {[](const Tensor& t) { return hard_sigmoid(5 * t - 2.5); }, {0, 0}},
        {[](const Tensor& t) { return leaky_relu(t, 0); }, {0, 0.25}},
        {[](const Tensor& t) { return abs(maximum(t, 0)); }, {0, 0.25}},
    };
    for (std::size_t i = 0; i < below_a_root.size(); ++i) {
        INFO(i);
        const auto& [choose, wanted] = below_a_root[i];
        const Function root = [&f = choose](const Tensor& t) { return sum(sqrt(f(t))); };
        const Function slope = [&](const Tensor& t) { return grad(root)(t); };
        CHECK(doubles(slope(x)) == wanted);
        CHECK(jvp(root, x, tensor({1., 0.}, f64)).second.item<double>() == 0);
        CHECK(jvp(root, x, tensor({1., 1.}, f64)).second.item<double>() == wanted[1]);
        const List second = doubles(jvp(slope, x, ones({2}, f64)).second);
        CHECK(second[0] == 0);
        CHECK(second[1] == Approx(wanted[1] / -8));
        const List reverse = doubles(grad([&](const Tensor& t) { return sum(slope(t)); })(x));
        CHECK(reverse[0] == 0);
        CHECK(reverse[1] == Approx(wanted[1] / -8));
        const Function logarithm = [&f = choose](const Tensor& t) { return sum(log(f(t))); };
        CHECK(doubles(grad(logarithm)(x)) == List{0, wanted[1]});
    }
    CHECK(doubles(grad([](const Tensor& t) { return sum(sqrt(abs(t))); })(zeros({1}, f64))) ==
          List{0});
    // By a limit that is chosen.
    const Tensor low = tensor({0.}, f64);
    CHECK(grad(sum(sqrt(maximum(x, low))), {low})[0].item<double>() == infinity);
    // The remedy that the header of `where` names.
    const Function safe = [](const Tensor& t) {
        return sum(where(t > 0, sqrt(where(t > 0, t, 1)), t));
    };
    CHECK(doubles(grad(safe)(tensor({0., 4.}, f64))) == List{1, 0.25});
}

TEST_CASE("interpolation is exact at both ends and doesn't overflow", "[tails]") {
    const auto at = [](double a, double b, double t, DType dtype) {
        return lerp(scalar(a, dtype), scalar(b, dtype), scalar(t, dtype)).item<double>();
    };
    for (const DType dtype : {f64, f32}) {
        CHECK(at(1e8, 1, 1, dtype) == 1);
        CHECK(at(1, 1e8, 0, dtype) == 1);
        CHECK(at(5, 5, 0.3, dtype) == 5);
        CHECK(at(infinity, infinity, 0.3, dtype) == infinity);
        CHECK(at(infinity, 1, 0.5, dtype) == infinity);
        CHECK(at(infinity, 1, 1, dtype) == 1);
        CHECK(at(1, -infinity, 0, dtype) == 1);
        CHECK(at(-infinity, -infinity, 1, dtype) == -infinity);
        CHECK(std::isnan(at(not_a_number, 1, 0.5, dtype)));
        const double most = dtype == f32 ? 3e38 : 1.7e308;
        CHECK(at(-most, most, 0.5, dtype) == 0);
        CHECK(at(-most, most, 0.75, dtype) == Approx(most / 2));
    }
    CHECK(lerp(tensor({1e8}), tensor({1.}), 1).item<float>() == 1);
    const Tensor infinite = tensor({{{infinity}, {infinity}}});
    CHECK(doubles(resize(infinite, 4, Interpolation::bilinear)) ==
          List{infinity, infinity, infinity, infinity});
    CHECK(doubles(resize(tensor({{{-3e38}, {3e38}}}), 4, Interpolation::bilinear))[1] ==
          Approx(-1.5e38));
    CHECK(doubles(resize(tensor({{{1.}, {infinity}}}), 4, Interpolation::bilinear)) ==
          List{1, infinity, infinity, infinity});
}
