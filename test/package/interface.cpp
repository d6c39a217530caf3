// The public interface, as programs use it. Compiles and runs against the library; every check()
// must hold.
#include <torch/distributions.h>

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

int main() {
  torch::manual_seed(0);
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
