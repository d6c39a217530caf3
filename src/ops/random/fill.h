#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>

#include "ops/random/draw.h"

/// Fills tensors with random numbers of a Philox stream.
///
/// The element with the index i in the contiguous order of the tensor depends on the draw, on i and
/// on its own parameters: not on the number of threads, the instruction set, the device, the strides
/// or the other elements. No graph is recorded. Tensors of any strides and devices are accepted: dense
/// tensors on the CPU are written in place, others are copied to, and meta tensors are left as they
/// are. Half and bfloat16 numbers are drawn in float and rounded inwards, so that they stay in the
/// open or half-open interval. Numbers that would overflow are the largest number, and positive
/// numbers that would underflow the least. Parameters are not checked.
namespace torch::distributions::ops::random {

using at::Tensor;

/// Uniform numbers in [low, high), after both were rounded to the dtype.
void fill_uniform(const Tensor& to, const Draw& draw, double low, double high);
/// Numbers of Normal(mean, stddev).
void fill_normal(const Tensor& to, const Draw& draw, double mean, double stddev);
/// Positive numbers of Exponential(rate).
void fill_exponential(const Tensor& to, const Draw& draw, double rate);
/// Numbers of Cauchy(median, scale).
void fill_cauchy(const Tensor& to, const Draw& draw, double median, double scale);
/// exp of numbers of Normal(mean, stddev).
void fill_log_normal(const Tensor& to, const Draw& draw, double mean, double stddev);
/// Numbers of Laplace(0, 1).
void fill_laplace(const Tensor& to, const Draw& draw);
/// Numbers of Gumbel(0, 1).
void fill_gumbel(const Tensor& to, const Draw& draw);
/// Numbers of the logistic distribution of location 0 and scale 1: logit(u) for a uniform u.
void fill_logistic(const Tensor& to, const Draw& draw);
/// Numbers of trials until the first success, from 1 on, as LibTorch's geometric_. Of any dtype.
void fill_geometric(const Tensor& to, const Draw& draw, double p);
/// 1 with the probability p, which broadcasts to the shape of `to`, else 0. Of any dtype. Exact to
/// 2^-64. 0 if p is NaN.
void fill_bernoulli(const Tensor& to, const Draw& draw, const Tensor& p);
/// Integers from `low` on, of which there are `count`; 0 stands for 2^64. Of any dtype. The error of
/// the probability of each is below 2^-64.
void fill_integers(const Tensor& to, const Draw& draw, std::int64_t low, std::uint64_t count);

// Parameters broadcast to the shape of `to`. Where there is no such distribution, the number is NaN.
// Numbers are drawn in double if `to` or a parameter is of doubles or integers, else in float.

/// Numbers of Gamma(concentration, 1). At least the least normal number.
void fill_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration);
/// Replaces the numbers whose concentration is 0 or infinite, by the least normal number and infinity.
void set_points_of_gamma(const Tensor& draws, const Tensor& concentration);
/// Logarithms of such numbers, which do not underflow.
void fill_log_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration);
/// Numbers of InverseGamma(concentration, rate), from the least normal number to the largest.
void fill_inverse_gamma(const Tensor& to, const Draw& draw, const Tensor& concentration,
                        const Tensor& rate);
/// Numbers of FisherSnedecor(df1, df2), from the least normal number to the largest: of a number of
/// Gamma(df1 / 2, 1) and one of Gamma(df2 / 2, 1), which are those of two draws.
void fill_fisher_snedecor(const Tensor& to, const Draw& first, const Draw& second,
                          const Tensor& df1, const Tensor& df2);
/// Numbers of StudentT(df, loc, scale). Those that overflow are infinite.
void fill_student_t(const Tensor& to, const Draw& draw, const Tensor& df, const Tensor& loc,
                    const Tensor& scale);
/// The logarithms of the sizes of numbers of StudentT(df), which do not overflow.
void fill_log_student_t(const Tensor& to, const Draw& draw, const Tensor& df);
/// Numbers of Beta(a, b) in (0, 1).
void fill_beta(const Tensor& to, const Draw& draw, const Tensor& a, const Tensor& b);
/// Vectors of Dirichlet(concentration) along the last dimension, with coordinates in (0, 1). A vector
/// with a concentration that is not positive and finite is NaN.
void fill_dirichlet(const Tensor& to, const Draw& draw, const Tensor& concentration);
/// Numbers of Poisson(rate).
void fill_poisson(const Tensor& to, const Draw& draw, const Tensor& rate);
/// Numbers of Binomial(count, p).
void fill_binomial(const Tensor& to, const Draw& draw, const Tensor& count, const Tensor& p);
/// Numbers of VonMises(0, concentration) in [-pi, pi]. 0 if the concentration is infinite.
void fill_von_mises(const Tensor& to, const Draw& draw, const Tensor& concentration);

}  // namespace torch::distributions::ops::random
