#include "plugin.h"

#include <torch/distributions.h>

#include <limits>
#include <ostream>

#define PLUGIN_EXPORT __attribute__((visibility("default")))

namespace {

namespace dist = torch::distributions;
using torch::Tensor;

/// The support of the class below. The plugin registers a transform for it.
class Line final : public dist::Constraint {
 public:
  Tensor check(const Tensor& value) const override { return value.eq(value); }
  void print(std::ostream& out) const override { out << "Line()"; }
};

/// All mass at one point.
class Dirac : public dist::Implements<Dirac> {
 public:
  static const dist::Signature<Dirac>& signature() {
    static const dist::Signature<Dirac> s{
        .name = "Dirac",
        .fields = {{"loc", &Dirac::loc_, dist::constraints::real}},
        .support = Line()};
    return s;
  }

  explicit Dirac(dist::Param loc, dist::Validate validate_args = {})
      : Implements(validate_args), loc_(loc.tensor()) {
    initialize();
  }

  const Tensor& loc() const { return loc_; }

 private:
  Tensor do_sample(torch::IntArrayRef shape, std::optional<torch::Generator>) const override {
    return loc_.expand(shape).clone();
  }
  Tensor do_log_prob(const Tensor& value) const override {
    return at::zeros_like(value).masked_fill(value != loc_,
                                             -std::numeric_limits<double>::infinity());
  }

  Tensor loc_;
};

/// A normal distribution of scale one.
class UnitNormal : public dist::Implements<UnitNormal, dist::Normal> {
 public:
  static const dist::Signature<UnitNormal>& signature() {
    static const dist::Signature<UnitNormal> s{
        .name = "UnitNormal",
        .fields = {{"loc", &UnitNormal::loc, dist::constraints::real}},
        .support = dist::constraints::real,
        .has_rsample = true};
    return s;
  }

  explicit UnitNormal(dist::Param loc) : Implements(std::move(loc), 1.0) { initialize(); }
};

}  // namespace

extern "C" {

PLUGIN_EXPORT void plugin_init() {
  dist::register_kl<Dirac, dist::Normal>(
      [](const Dirac& p, const dist::Normal& q) { return -q.log_prob(p.loc()); });
  dist::biject_to.add<Line>([](const Line&) { return dist::AffineTransform(1, 2); });
}

PLUGIN_EXPORT void plugin_make_dirac(double loc, dist::DistributionPtr* result) {
  *result = Dirac(loc);
}

PLUGIN_EXPORT void plugin_make_unit_normal(double loc, dist::DistributionPtr* result) {
  *result = UnitNormal(loc);
}

}  // extern "C"
