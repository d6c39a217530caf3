#pragma once

/// \file
/// Every header includes this one first, so that a compiler set to an older standard stops with one
/// clear error. `TORCH_DISTRIBUTIONS_API` marks exported symbols. Others have hidden visibility.

#if defined(_MSVC_LANG) ? _MSVC_LANG < 202002L : __cplusplus < 202002L
#error "TorchDistributions needs C++20: compile with -std=c++20, or set CMAKE_CXX_STANDARD to 20."
#endif

#if defined(TORCH_DISTRIBUTIONS_STATIC)
#define TORCH_DISTRIBUTIONS_API
#elif defined(_WIN32)
#if defined(torch_distributions_EXPORTS)
#define TORCH_DISTRIBUTIONS_API __declspec(dllexport)
#else
#define TORCH_DISTRIBUTIONS_API __declspec(dllimport)
#endif
#else
#define TORCH_DISTRIBUTIONS_API __attribute__((visibility("default")))
#endif
