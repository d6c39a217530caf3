// The public interface, as programs use it. Every check() must hold.
#include <torch/distributions.h>

#include <cmath>
#include <iostream>
#include <sstream>

namespace dist = torch::distributions;
using torch::Tensor;

static void check(bool ok, const char* what) {
  if (!ok) {
    std::cerr << "failed: " << what << '\n';
    std::exit(1);
  }
}

template <class Error, class F>
static void raises(F&& f, const char* what) {
  try {
    f();
  } catch (const Error&) {
    return;
  }
  check(false, what);
}

// A user's own family, KL rule, constraint and transform.
class Spike : public dist::Implements<Spike> {
 public:
  static const dist::Signature<Spike>& signature() {
    static const dist::Signature<Spike> s{
        .name = "Spike",
        .fields = {{"loc", &Spike::loc_, dist::constraints::real}},
        .support = dist::constraints::real};
    return s;
  }
  explicit Spike(dist::Param loc, dist::Validate validate_args = {})
      : Implements(validate_args), loc_(loc.tensor()) {
    initialize();
  }
  const Tensor& loc() const { return loc_; }

 private:
  Tensor do_sample(torch::IntArrayRef shape, std::optional<torch::Generator>) const override {
    return loc_.expand(shape).clone();
  }
  Tensor do_log_prob(const Tensor& value) const override {
    return at::zeros_like(value).masked_fill(value != loc_, -INFINITY);
  }
  Tensor loc_;
};

// Two tensors in braces are refused: they do not say which is probs and which is logits.
template <class Class>
concept TakesTwoTensors = requires(Tensor t) {
  Class({t, t});
};
static_assert(!TakesTwoTensors<dist::Categorical> && !TakesTwoTensors<dist::Bernoulli>);
static_assert(!std::is_constructible_v<dist::Exponential, char>);

// Every form of a parameter.
static void forms() {
  const Tensor t = torch::tensor({0.3, 0.7}), l = t.log();
  const int count = 3;
  for (const dist::Categorical& c :
       {dist::Categorical(t), dist::Categorical({0.3, 0.7}), dist::Categorical({3, 7}),
        dist::Categorical({count, 7}), dist::Categorical({3, 7.0F}),
        dist::Categorical(std::vector<double>{0.3, 0.7}), dist::Categorical({.probs = t}),
        dist::Categorical({.logits = l}), dist::Categorical({.probs = {0.3, 0.7}}, true),
        dist::Categorical(dist::probs(t)), dist::Categorical(dist::logits(l), false)}) {
    check(c.probs().allclose(t), "forms of Categorical");
  }
  check(dist::Categorical({0.2, 0.3, 0.5}).param_shape() == torch::IntArrayRef({3}), "a list");
  check(dist::OneHotCategorical({0.3, 0.7}).probs().allclose(t) &&
            dist::OneHotCategoricalStraightThrough({.logits = l}).probs().allclose(t),
        "forms of OneHotCategorical");
  for (const dist::Bernoulli& b :
       {dist::Bernoulli(0.3), dist::Bernoulli({.probs = 0.3}),
        dist::Bernoulli({.probs = 0.3}, true), dist::Bernoulli(at::Scalar(0.3)),
        dist::Bernoulli(dist::probs(0.3))}) {
    check(std::abs(b.probs().item<double>() - 0.3) < 1e-6, "forms of Bernoulli");
  }
  check(dist::Bernoulli({0.3, 0.7}).probs().allclose(t), "a list for Bernoulli");
  for (const dist::Binomial& b :
       {dist::Binomial(10, t), dist::Binomial({10, 10}, t), dist::Binomial(10, {0.3, 0.7}),
        dist::Binomial(10, {.probs = t}), dist::Binomial(10, dist::probs(t))}) {
    check(b.probs().allclose(t), "forms of Binomial");
  }
  check(dist::Binomial(10, {.logits = l}).logits().equal(l), "logits of Binomial");
  check(dist::Dirichlet({1., 1., 1.}).event_shape() == torch::IntArrayRef({3}) &&
            dist::Dirichlet(std::vector<float>{1, 2}).concentration().size(0) == 2,
        "forms of Dirichlet");
  check(dist::Normal({0., 1.}, 1.).loc().scalar_type() == torch::kFloat &&
            dist::Normal({0., 1.}, torch::ones({2}, torch::kDouble)).loc().scalar_type() ==
                torch::kDouble &&
            dist::Normal(c10::Half(0), c10::BFloat16(1)).scale().item<float>() == 1,
        "lists and numbers of LibTorch");
  check(dist::constraints::interval({0., 1.}, {2., 3.}).check(t + 1).all().item<bool>(),
        "lists as bounds");
  check(dist::MultivariateNormal({0., 0.}, dist::scale_tril(torch::eye(2))).variance().numel() == 2,
        "scale_tril without braces");
  raises<c10::ValueError>([] { dist::Categorical({}); }, "nothing given");
  raises<c10::ValueError>([&] { dist::Bernoulli({.probs = 0.5, .logits = 0.0}); }, "both given");
  raises<c10::TypeError>([] { dist::Normal(at::Scalar(c10::complex<double>(1, 5)), 1); },
                         "a complex number");
  raises<c10::TypeError>(
      [] { dist::Normal(0, 1).log_prob(torch::ones({2}, torch::kComplexFloat)); },
      "complex values");
}

static void handles() {
  dist::DistributionPtr none{nullptr}, later;
  const dist::TransformPtr no_transform;
  const dist::ConstraintPtr no_constraint;
  check(!none && !later && !no_transform && !no_constraint && none == nullptr, "empty handles");
  raises<c10::ValueError>([&] { none->sample(); }, "->");
  raises<c10::ValueError>([&] { (*none).sample(); }, "*");
  raises<c10::ValueError>([&] { std::cout << none; }, "printed");
  raises<c10::ValueError>([&] { no_transform(torch::zeros({})); }, "called");
  raises<c10::ValueError>([&] { dist::Independent(none, 0); }, "passed to a constructor");
  later = dist::Normal(torch::zeros({2}), 1);
  check(later && later.is<dist::Normal>() && !later.is<dist::Gamma>() &&
            later.as<dist::Normal>().loc().numel() == 2,
        "the concrete class");
  raises<c10::TypeError>([&] { later.as<dist::Gamma>(); }, "another class");
  const dist::Distribution& any = *later;
  check(dist::Independent(any, 1).base_dist().as<dist::Normal>().scale().numel() == 2,
        "any distribution by reference");
  later = std::make_shared<const dist::Uniform>(0, 1);
  check(later->support().is<dist::constraints::Interval>(), "a shared pointer");
}

int main() {
  torch::manual_seed(0);
  forms();
  handles();
  const auto loc = torch::zeros({3}).requires_grad_(), scale = torch::ones({3}).requires_grad_();

  // construction: tensors, numbers, alternatives
  dist::Normal p(loc, scale), q(0.0, 2);
  dist::Normal unchecked(loc, scale, false);
  dist::Bernoulli b(0.3), b2(torch::full({4}, 0.3)), b3({.logits = torch::zeros({4})}),
      b4({.probs = 0.3});
  dist::Categorical c(torch::ones({2, 5})), c2({.logits = torch::zeros({2, 5})});
  dist::Binomial n(10, {.logits = torch::zeros({3})});
  dist::ProbsOrLogits either;
  either.logits = torch::zeros({2, 5});
  dist::OneHotCategorical o(either);
  dist::MultivariateNormal m(torch::zeros({2}), {.scale_tril = torch::eye(2)});
  dist::MultivariateNormal m2(torch::zeros({2}), {.covariance_matrix = torch::eye(2)}, true);
  dist::Uniform u(-1, 1);
  raises<c10::ValueError>([&] { dist::Normal(loc, -1.0); }, "negative scale");
  raises<c10::ValueError>([&] { dist::Bernoulli(dist::ProbsOrLogits{}); },
                          "neither probs nor logits");

  // shapes, metadata
  check(p.batch_shape() == torch::IntArrayRef({3}) && p.event_shape().empty(), "shapes");
  check(c.batch_shape() == torch::IntArrayRef({2}) && m.event_shape() == torch::IntArrayRef({2}),
        "event shape");
  check(p.has_rsample() && !b.has_rsample() && b.has_enumerate_support(), "flags");
  check(p.loc().is_same(loc) || p.loc().equal(loc), "accessor");
  check(p.support()->check(torch::zeros({3})).all().item<bool>(), "support");
  for (const auto& [name, constraint] : p.arg_constraints())
    check(!name.empty() && constraint->event_dim() == 0, "arg_constraints");
  std::ostringstream text;
  text << q;
  check(text.str() == "Normal(loc: 0.0, scale: 2.0)", "repr");

  // sampling
  auto gen = at::detail::createCPUGenerator(7);
  check(p.sample().sizes() == torch::IntArrayRef({3}) &&
            p.sample({5}).sizes() == torch::IntArrayRef({5, 3}),
        "sample");
  check(!p.sample({5, 2}, gen).requires_grad() && p.rsample({5}, gen).requires_grad(), "rsample");
  check(m.rsample({4}).sizes() == torch::IntArrayRef({4, 2}) &&
            c.sample().scalar_type() == torch::kLong,
        "event sample");
  raises<c10::NotImplementedError>([&] { b.rsample(); }, "no rsample");

  // densities and moments
  const Tensor x = p.rsample({5});
  p.log_prob(x).sum().backward();
  check(scale.grad().defined(), "gradient");
  check(p.cdf(p.icdf(torch::full({3}, 0.25))).allclose(torch::full({3}, 0.25)), "cdf, icdf");
  check(p.log_survival_function(torch::full({3}, 1e5)).isfinite().all().item<bool>() &&
            p.log_cdf(p.loc()).exp().allclose(p.survival_function(p.loc())),
        "tails");
  for (const Tensor& t :
       {p.mean(), p.mode(), p.variance(), p.stddev(), p.entropy(), p.perplexity()})
    check(t.sizes() == torch::IntArrayRef({3}), "moments");
  check(b2.enumerate_support().sizes() == torch::IntArrayRef({2, 4}) &&
            b2.enumerate_support(false).sizes() == torch::IntArrayRef({2, 1}),
        "enumerate_support");
  const dist::Normal wide = p.expand({2, 3});
  check(wide.batch_shape() == torch::IntArrayRef({2, 3}), "expand keeps the class");
  check(p.to(torch::kDouble).loc().scalar_type() == torch::kDouble, "to");

  // combinators, ownership
  dist::Independent diagonal(p, 1);
  check(diagonal.log_prob(torch::zeros({3})).dim() == 0 &&
            diagonal.base_dist()->batch_shape() == torch::IntArrayRef({3}),
        "Independent");
  dist::TransformedDistribution squashed(p, {dist::TanhTransform(1), dist::AffineTransform(0, 2)});
  dist::TransformedDistribution one(p, dist::ExpTransform());
  check(squashed.log_prob(squashed.rsample()).sizes() == torch::IntArrayRef({3}),
        "TransformedDistribution");
  dist::MixtureSameFamily mixture(dist::Categorical(torch::ones({3})), p);
  check(mixture.log_prob(torch::zeros({})).dim() == 0, "MixtureSameFamily");
  std::vector<dist::DistributionPtr> heads{p, b, diagonal, squashed};
  for (const auto& d : heads) check(d->sample().defined(), "polymorphic");
  dist::DistributionPtr any = p;
  const dist::Distribution& base = *any;
  check(
      base.log_prob(torch::zeros({3})).defined() && base.expand({2, 3})->batch_shape().size() == 2,
      "through the base");

  // KL
  check(dist::kl_divergence(p, q).sizes() == torch::IntArrayRef({3}) &&
            dist::kl_divergence(*any, q).defined(),
        "kl");
  dist::register_kl<Spike, dist::Normal>(
      [](const Spike& s, const dist::Normal& r) { return -r.log_prob(s.loc()); });
  check(dist::kl_divergence(Spike(0.5), q).defined(), "user's rule");
  raises<c10::NotImplementedError>([&] { dist::kl_divergence(q, Spike(0.5)); }, "no rule");

  // constraints, transforms, registries
  namespace constraints = dist::constraints;
  for (const dist::ConstraintPtr& k : std::vector<dist::ConstraintPtr>{
           constraints::positive, constraints::simplex, constraints::interval(-1, torch::ones({3})),
           constraints::independent(constraints::positive, 1)})
    check(k->event_dim() >= 0 && !k->is_discrete(), "constraint");
  const dist::TransformPtr t = dist::biject_to(constraints::positive);
  const Tensor y = (*t)(torch::zeros({3}));
  check(t->inv()(y).allclose(torch::zeros({3})) &&
            t->log_abs_det_jacobian(torch::zeros({3}), y).sizes() == torch::IntArrayRef({3}),
        "biject_to");
  check(dist::transform_to(*p.support())(x).defined() &&
            dist::transform_to(constraints::simplex)(x).defined(),
        "a result is callable");
  dist::ComposeTransform chain({dist::ExpTransform(), dist::AffineTransform(1, 2)});
  check(chain.bijective() && chain(x).defined() && chain.inv()->inv() == chain, "Compose");
  check(
      dist::transforms::ExpTransform() == dist::ExpTransform() && chain.domain()->event_dim() == 0,
      "equality, domain");
  dist::biject_to.add<constraints::Real>(
      [](const constraints::Real&) { return dist::identity_transform; });
  dist::ConstraintRegistry mine;
  mine.add(constraints::positive, [](const auto&) { return dist::ExpTransform(); });
  check(mine(constraints::positive)(x).defined(), "own registry");

  // validation
  raises<c10::ValueError>([&] { u.log_prob(torch::full({}, 3.0)); }, "outside the support");
  {
    dist::ValidateArgsGuard off(false);
    check(dist::Uniform(-1, 1).log_prob(torch::full({}, 3.0)).item<double>() == -INFINITY,
          "scoped validation");
  }
  dist::Distribution::set_default_validate_args(true);
  std::cout << "all checks hold\n";
}
