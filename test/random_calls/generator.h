#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include <torch/distributions.h>

#include "random_calls/expression.h"
#include "random_calls/values.h"
#include "support/data.h"

namespace torch::distributions::random_calls {

/// A distribution and its expected shapes.
struct Program {
  Expression<DistributionPtr> expression;
  Shape batch, event;
};

struct TransformProgram {
  Expression<TransformPtr> expression;
  Shape input;  ///< the shape of an x that it maps; the elements may be any numbers
};

struct ConstraintProgram {
  Expression<ConstraintPtr> expression;
  Shape value;  ///< the shape of a value
};

/// Builds random programs. The structure (classes, shapes, layouts, dtypes) and the numbers come
/// from different seeds: generators that differ in the second seed only build programs that differ
/// in their numbers only.
class Generator {
 public:
  Generator(uint64_t structure_seed, uint64_t number_seed);

  Program distribution();
  TransformProgram transform();
  ConstraintProgram constraint();

  Temper temper() const { return temper_; }
  at::ScalarType dtype() const { return dtype_; }
  bool mixes_dtypes() const { return mixes_dtypes_; }
  /// Whether every parameter is in its domain and finite.
  bool valid() const { return valid_; }
  /// Whether results must be numbers: whether, in addition, no parameter is so large or so small
  /// that an intermediate result may leave the range of the dtype.
  bool promises_numbers() const {
    return valid_ && (temper_ == Temper::kOrdinary || temper_ == Temper::kExtreme);
  }
  /// Whether a constructor must refuse a parameter.
  bool must_refuse() const { return must_refuse_; }

 private:
  enum class Kind { kAny, kContinuous, kContinuousScalar };
  /// The range of a scalar program's values.
  enum class Range { kReals, kPositives, kUnitInterval };
  struct Built {
    Program program;
    Range range = Range::kReals;
  };
  using VectorFamily = Built (Generator::*)(const Shape& batch);

  Built distribution(int depth, Kind kind, const Shape& batch);

  static Range range_of(const test::Family& family);

  // Families, of a given batch shape.
  /// A scalar family of test/data. The kinds of its parameters give their domains.
  Built scalar(const test::Family& family, const Shape& batch);
  Built categorical(const Shape& batch);
  Built dirichlet(const Shape& batch);
  Built exp_relaxed_categorical(const Shape& batch);
  Built lkj_cholesky(const Shape& batch);
  Built logistic_normal(const Shape& batch);
  Built low_rank_multivariate_normal(const Shape& batch);
  Built multinomial(const Shape& batch);
  Built multivariate_normal(const Shape& batch);
  Built one_hot_categorical(const Shape& batch);
  Built one_hot_categorical_straight_through(const Shape& batch);
  Built relaxed_one_hot_categorical(const Shape& batch);
  Built wishart(const Shape& batch);

  // Combinators.
  Built independent(int depth, Kind kind, const Shape& batch);
  Built mixture_same_family(int depth, Kind kind, const Shape& batch);
  Built transformed_distribution(int depth, Kind kind, const Shape& batch);

  /// An elementwise transform of numbers in `range`, whose parameters broadcast to `shape`. Sets
  /// `range` to the range of the result.
  Expression<TransformPtr> elementwise(int depth, const Shape& shape, Range& range);
  Expression<TransformPtr> affine(const Shape& shape);
  Expression<TransformPtr> power(const Shape& shape);
  /// A number of either sign for an element-wise transform, usually positive and not 0.
  Expression<Param> factor(const Shape& shape);
  Expression<ConstraintPtr> bounded(const Shape& shape);

  /// A parameter of a distribution, whose constructor checks it.
  Expression<Param> parameter(const Domain& domain, const Shape& shape, int64_t event_dim = 0);
  /// A parameter of a transform or constraint, whose constructor does not check it.
  Expression<Param> free_parameter(const Domain& domain, const Shape& shape);
  Expression<ProbsOrLogits> weights(const Shape& batch, int64_t categories);
  /// A positive number for each vector of a batch.
  Expression<Param> temperature(const Shape& batch);
  /// Two parameters, the first below the second.
  std::pair<Expression<Param>, Expression<Param>> bounds(const Shape& shape);
  Expression<Covariance> covariance(const Shape& batch, int64_t n);
  Expression<Param> given(const Tensor& numbers);
  at::ScalarType leaf_dtype();
  int64_t small_size() { return 1 + structure_.below(structure_.chance(0.1) ? 12 : 4); }

  Random structure_, numbers_;
  Temper temper_;
  at::ScalarType dtype_;
  bool mixes_dtypes_;
  bool valid_ = true, must_refuse_ = false;
};

}  // namespace torch::distributions::random_calls
