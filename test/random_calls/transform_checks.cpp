// Checks of every transform and its inverse.

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

#include <memory>

#include "random_calls/comparison.h"
#include "random_calls/experiment.h"
#include "random_calls/generator.h"
#include "support/gradcheck.h"

namespace torch::distributions::random_calls {
namespace {

using at::IntArrayRef;

class TransformSubject {
 public:
  explicit TransformSubject(uint64_t seed)
      : seed_(seed), random_(seed + 1), generator_(seed, seed), program_(generator_.transform()) {}

  static Experiment experiment(uint64_t seed);
  bool is_constructed() const { return transform_.has_value(); }

 private:
  // Each method is a check.
  void construct();
  void maps_numbers();
  void maps_back();
  void knows_its_jacobian();
  void has_gradients();
  void caches();
  void converts();
  void refuses_nonsense();
  void is_as_it_was();

  const Transform& t() const { return **transform_; }
  bool is_precise() const {
    return generator_.temper() == Temper::kOrdinary && !generator_.mixes_dtypes() &&
           generator_.dtype() == at::kDouble;
  }
  bool has(const char* name) const {
    return program_.expression.text.find(name) != std::string::npos;
  }
  /// Whether there may be several transforms. A value rounded to an end may then be outside the
  /// image of the first one, and an infinite slope may be multiplied by a slope of 0.
  bool is_of_several() const { return has("Compose") || has("biject_to"); }
  /// Whether one part may map a number to infinity, which the next part maps to NaN, as softmax
  /// does.
  bool may_overflow() const {
    return generator_.temper() != Temper::kOrdinary &&
           (has("Softmax") || (has("StickBreaking") && is_of_several()));
  }
  /// Numbers of the program's temper, of the input's shape or a batch of it.
  Literal input();

  uint64_t seed_;
  Random random_;
  Generator generator_;
  TransformProgram program_;
  std::vector<Tensor> leaves_before_;
  std::string text_before_;
  std::optional<TransformPtr> transform_;
};

Literal TransformSubject::input() {
  const Shape shape = random_.chance(0.3) ? joined({2}, program_.input) : program_.input;
  return literal(random_, shape, 0, generator_.dtype(),
                 [&] { return number(random_, kReal, generator_.temper(), generator_.dtype()); });
}

void TransformSubject::construct() {
  for (const Tensor& leaf : program_.expression.leaves) {
    leaves_before_.push_back(leaf.resolve_neg().clone());
  }
  transform_ = value_of("the constructor", program_.expression);
  text_before_ = format_as(t());
}

void TransformSubject::maps_numbers() {
  const auto [x, text] = input();
  const Tensor y = *value_of("t(" + text + ")", [&] { return t()(x); });
  require(same_bits(y, t()(x)), "t(", text, ") differs when called again");
  const auto after = value_of("forward_shape", [&] { return t().forward_shape(x.sizes()); });
  require(y.sizes() == IntArrayRef(*after), "t(", text, ") has shape ", y.sizes(), ", not ",
          text_of(*after));
  const auto before = value_of("inverse_shape", [&] { return t().inverse_shape(y.sizes()); });
  require(IntArrayRef(*before) == IntArrayRef(*after) || y.sizes() != x.sizes(),
          "inverse_shape is ", text_of(*before), " where forward_shape is ", text_of(*after));
  if (!generator_.promises_numbers() || !everywhere(x.isfinite())) return;
  if (may_overflow()) return;
  require_no_nan("t(" + text + ")", y);
  // AbsTransform maps 0 to 0, which its codomain, as Python's, does not contain.
  if (has("Abs") && !everywhere(y.ne(0))) return;
  const auto codomain = t().codomain();
  require(everywhere(codomain->check(y)), "t(", text, ") is ", text_of(y), ", outside ", codomain);
}

void TransformSubject::maps_back() {
  const TransformPtr inverse = *value_of("inv()", [&] { return t().inv(); });
  require(inverse->inv() == transform_ || !generator_.valid(), "inv().inv() is another");
  const Tensor x = input().tensor, y = t()(x);
  const Tensor back = *value_of("inv() of " + text_of(y), [&] { return inverse(y); });
  if (!t().bijective() || !generator_.promises_numbers() || !everywhere(x.isfinite())) return;
  if (!is_of_several()) require_no_nan("inv() of " + text_of(y), back);
  if (!is_precise()) return;
  // Saturated numbers are not recovered, but their image must be the same.
  const Tensor again = t()(back);
  require_close("t(inv(y)), y = " + text_of(y) + ",", again, y, 1e-8);
}

void TransformSubject::knows_its_jacobian() {
  if (!t().bijective()) return;
  const auto [value, text] = input();
  const Tensor x = value, y = t()(x);
  const Tensor of_t =
      *value_of("log_abs_det_jacobian", [&] { return t().log_abs_det_jacobian(x, y); });
  const auto inverse = t().inv();
  const Tensor of_inverse =
      *value_of("inv().log_abs_det_jacobian", [&] { return inverse->log_abs_det_jacobian(y, x); });
  require(of_inverse.sizes() == of_t.sizes(), "log|det J| of the inverse has shape ",
          of_inverse.sizes());
  if (is_precise() && everywhere(of_t.abs() < 20)) {  // beyond, saturation makes it inaccurate
    require_close("log|det J| of the inverse, negated,", of_inverse.neg(), of_t, 1e-8);
  }
  const int64_t in = t().domain()->event_dim();
  const int64_t rank = x.dim() - in;
  require(of_t.dim() == std::max(rank, y.dim() - t().codomain()->event_dim()),
          "log|det J| has shape ", of_t.sizes());
  if (!generator_.promises_numbers() || !everywhere(x.isfinite())) return;
  if (may_overflow()) return;
  require_no_nan("log|det J| at " + text, of_t);
  if (!is_precise() || in != 0 || x.numel() == 0 || y.sizes() != x.sizes()) return;
  const Tensor leaf = x.detach().clone().requires_grad_();
  const Tensor slope = torch::autograd::grad({t()(leaf)}, {leaf}, {at::ones_like(y)})[0];
  const Tensor want = slope.abs().log();
  const Tensor known = want > -20;  // the slope of a saturated number loses its digits
  require(
      everywhere((of_t - want).abs().lt(1e-6 * (1 + want.abs())).logical_or(known.logical_not())),
      "log|det J| is ", text_of(of_t), ", log of the gradient ", text_of(want), " at ", text);
}

void TransformSubject::has_gradients() {
  if (!generator_.promises_numbers() || may_overflow() || (is_of_several() && !is_precise()))
    return;
  const auto [value, text] = input();
  if (!everywhere(value.isfinite())) return;
  std::vector<Tensor> inputs;
  for (const Tensor& leaf : program_.expression.leaves) {
    inputs.push_back(leaf.is_floating_point() ? leaf.detach().requires_grad_() : leaf);
  }
  const TransformPtr with_graph = program_.expression(inputs);
  const Tensor x = value.detach().clone().requires_grad_();
  const auto check = [&](const std::string& what, const Tensor& output, const Tensor& in) {
    if (!output.requires_grad()) return;
    for (const bool create_graph : {false, true}) {
      const auto found =
          torch::autograd::grad({output}, {in}, {at::ones_like(output)}, true, create_graph, true);
      if (found[0].defined()) {
        require_no_nan("the gradient of " + what + " at " + text_of(in), found[0]);
      }
    }
  };
  const Tensor y = with_graph(x);
  check("t(x)", y, x);
  if (t().bijective()) check("log|det J|", with_graph->log_abs_det_jacobian(x, y), x);
  const Tensor image = y.detach().requires_grad_();
  if (t().bijective()) {
    // Rounding may move y to an end, which has no preimage among the positive numbers, of which
    // PowerTransform takes powers.
    const Tensor outside = t().preimage(image, /*with_jacobian=*/false).outside;
    const bool has_preimage = !outside.defined() || everywhere(outside.logical_not());
    if (has_preimage || !has("Power")) check("inv(y)", with_graph->inv()(image), image);
  }
  if (!is_precise() || value.numel() > 12 || !t().bijective()) return;
  const auto holds =
      test::gradcheck([&](const std::vector<Tensor>& in) { return t()(in[0]); }, {value});
  require(static_cast<bool>(holds), "t at ", text, ": ", holds.message());
}

void TransformSubject::caches() {
  const auto cached = *value_of("with_cache()", [&] { return t().with_cache(); });
  const auto [x, text] = input();
  const Tensor want = t()(x), y = cached(x);  // a part that has a cache is shared
  require(same_bits(y, want), "with_cache()(", text, ") is ", text_of(y), ", not ", text_of(want));
  const Tensor back = cached->inv()(y);
  require(!cached->bijective() || cached->cache_size() == 0 || same_bits(back, x) ||
              program_.expression.text.starts_with("ComposeTransform({})") ||
              back.sizes() != x.sizes(),
          "with_cache()->inv() of t(", text, ") is ", text_of(back));
}

void TransformSubject::converts() {
  const auto wide = *value_of("to(kDouble)", [&] { return t().to(at::kDouble); });
  const auto [x, text] = input();
  require(wide(x.to(at::kDouble)).sizes() == t()(x).sizes(), "to(kDouble) changes the shape");
  const auto meta = *value_of("to(kMeta)", [&] { return t().to(at::kMeta); });
  const auto y = value_of("to(kMeta)(x)", [&] { return meta(x.to(at::kMeta)); });
  if (y) require(y->sizes() == t()(x).sizes(), "to(kMeta)(", text, ") has shape ", y->sizes());
}

void TransformSubject::refuses_nonsense() {
  refusal_of("t(Tensor())", [&] { return t()(Tensor()); });
  refusal_of("with_cache(2)", [&] { return t().with_cache(2); });
  attempt("forward_shape({INT64_MAX})", [&] { return t().forward_shape({INT64_MAX}); });
  attempt("inverse_shape({0})", [&] { return t().inverse_shape({0}); });
  attempt("forward_shape({})", [&] { return t().forward_shape({}); });
  attempt("sign()", [&] { return t().sign(); });
}

void TransformSubject::is_as_it_was() {
  const auto& leaves = program_.expression.leaves;
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    require(same_bits(leaves[i], leaves_before_[i]), "the parameter ", i, " changed from ",
            text_of(leaves_before_[i]), " to ", text_of(leaves[i]));
  }
  require(format_as(t()) == text_before_, "it printed ", text_before_, ", now ", format_as(t()));
}

Experiment TransformSubject::experiment(uint64_t seed) {
  static constexpr Method<TransformSubject> kMethods[] = {
      {"construct", &TransformSubject::construct},
      {"maps_numbers", &TransformSubject::maps_numbers},
      {"maps_back", &TransformSubject::maps_back},
      {"knows_its_jacobian", &TransformSubject::knows_its_jacobian},
      {"has_gradients", &TransformSubject::has_gradients},
      {"caches", &TransformSubject::caches},
      {"converts", &TransformSubject::converts},
      {"refuses_nonsense", &TransformSubject::refuses_nonsense},
      {"is_as_it_was", &TransformSubject::is_as_it_was}};
  const auto subject = std::make_shared<TransformSubject>(seed);
  return experiment_of(subject, subject->program_.expression.text, kMethods);
}

}  // namespace

Experiment transform_experiment(uint64_t seed) { return TransformSubject::experiment(seed); }

}  // namespace torch::distributions::random_calls
