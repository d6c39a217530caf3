#pragma once

#include <torch/distributions/low_rank_multivariate_normal.h>

#include "ops/vectors/covariance.h"

namespace torch::distributions::core {

struct LowRank {
  static const ops::LowRankCovariance& of(const LowRankMultivariateNormal& distribution) {
    return distribution.low_rank_->covariance;
  }

  ops::LowRankCovariance covariance;
};

}  // namespace torch::distributions::core
