#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "random_calls/experiment.h"
#include "random_calls/generator.h"
#include "random_calls/outcome.h"

namespace torch::distributions::random_calls {

/// A distribution that a random program constructs, and its checks.
class DistributionSubject {
 public:
  explicit DistributionSubject(uint64_t seed)
      : seed_(seed),
        random_(seed + 1),
        generator_(seed, seed),
        program_(generator_.distribution()) {}

  static Experiment experiment(uint64_t seed);
  bool is_constructed() const { return distribution_.has_value(); }

 private:
  // Each method is a check. Checks of values and moments, in distribution_checks.cpp:
  void construct();
  void refuses_parameters_outside_their_domain();
  void has_its_shapes();
  void draws_in_its_support();
  void draws_the_same_again();
  void knows_its_moments();
  void scores_values();
  void does_not_mind_layouts();
  void has_a_distribution_function();
  void has_tails();
  void has_quantiles();
  void enumerates_its_support();
  void expands();
  void sums_over_events();
  void converts();
  void works_in_inference_mode();
  void diverges_from_others();
  void is_possible_where_it_is_likely();
  void refuses_nonsense();
  void is_as_it_was();
  // Checks of derivatives, in gradient_checks.cpp:
  void has_gradients();
  void has_the_gradients_of_its_graph();
  void has_the_gradients_of_differences();
  void has_the_slope_of_its_cdf();
  void draws_with_gradients();

  const Distribution& d() const { return **distribution_; }
  /// Whether a call was refused for its invalid parameters. \throws Violation if they are valid.
  template <class T>
  bool is_refused(const Outcome<T>& outcome) const {
    require(!outcome.refused() || !is_valid(), "it raises ", outcome.message);
    return outcome.refused();
  }

  bool is_ordinary() const { return generator_.temper() == Temper::kOrdinary; }
  bool is_valid() const { return generator_.valid(); }
  bool promises_numbers() const { return generator_.promises_numbers(); }
  bool has(const char* name) const {
    return program_.expression.text.find(name) != std::string::npos;
  }
  /// Whether a part is a Categorical, except for the weights of a mixture.
  bool draws_categories() const;
  /// Whether a distribution may have mass at infinity.
  bool may_be_infinite() const;
  Shape full_shape() const { return joined(program_.batch, program_.event); }
  std::vector<Tensor> leaves_with_gradients() const;
  /// Draws, some of whose numbers are replaced by any others, in some dtype, shape and layout.
  Literal values();
  /// Whether transforms may round a value, so that a rounded value counts as inside the support.
  /// With unusual transforms, the support is the codomain of the last one.
  bool is_rounded() const { return has("TransformedDistribution"); }
  /// Whether one transform may pass values without correct digits to another.
  /// The largest condition number of draws that are matrices, else 1. It magnifies the errors of
  /// functions of their inverses.
  double condition() const;
  bool may_saturate() const { return is_rounded() && !is_ordinary(); }
  Tensor any_of_event(Tensor condition) const;
  /// True for the events that have a NaN.
  Tensor nan_events(const Tensor& values) const;
  /// True for the events whose density may be a product of 0 and infinity, as documented.
  Tensor undecided_events(const Tensor& values) const;
  int64_t event_dim() const { return static_cast<int64_t>(program_.event.size()); }

  uint64_t seed_;
  Random random_;
  Generator generator_;
  Program program_;
  std::vector<Tensor> leaves_before_;
  std::string text_before_;
  std::optional<DistributionPtr> distribution_;
  Tensor draws_;  // [n] + batch + event; undefined if drawing fails
};

}  // namespace torch::distributions::random_calls
