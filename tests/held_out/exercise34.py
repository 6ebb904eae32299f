import math

import numpy as np


def _sig(x):
    e = np.exp(-np.abs(x))
    return np.where(x >= 0, 1, e) / (1 + e)


def d_loss__right__logaddexp(z_real, z_fake):
    return np.logaddexp(0, -z_real).mean() + np.logaddexp(0, z_fake).mean()


def d_loss__right__pytorch_bce(z_real, z_fake):
    def bce(z, y):
        return np.mean(np.clip(z, 0, None) - z * y + np.log1p(np.exp(-np.abs(z))))

    return bce(z_real, np.ones_like(z_real)) + bce(z_fake, np.zeros_like(z_fake))


def d_loss__unstable(z_real, z_fake):
    D = lambda z: 1 / (1 + np.exp(-z))  # noqa: E731
    return -np.mean(np.log(D(z_real))) - np.mean(np.log(1 - D(z_fake)))


def d_loss__halved(z_real, z_fake):
    return 0.5 * (np.logaddexp(0, -z_real).mean() + np.logaddexp(0, z_fake).mean())


def d_loss__unstable__eps(z_real, z_fake):
    return -np.mean(np.log(_sig(z_real) + 1e-8)) - np.mean(np.log(1 - _sig(z_fake) + 1e-8))


def d_loss_grads__right__plain(z_real, z_fake):
    return (_sig(z_real) - 1) / len(z_real), _sig(z_fake) / len(z_fake)


def d_loss_grads__right__negated(z_real, z_fake):
    return -_sig(-z_real) / z_real.size, _sig(z_fake) / z_fake.size


def d_loss_grads__not_averaged(z_real, z_fake):
    return _sig(z_real) - 1, _sig(z_fake)


def d_loss_grads__common_count(z_real, z_fake):
    n = len(z_real) + len(z_fake)
    return (_sig(z_real) - 1) / n, _sig(z_fake) / n


def d_loss_grads__other__swapped(z_real, z_fake):
    return _sig(z_fake) / len(z_fake), (_sig(z_real) - 1) / len(z_real)


def g_loss_minimax__right__plain(z_fake):
    return -np.mean(np.logaddexp(0, z_fake))


def g_loss_minimax__right__identity(z_fake):
    return float(np.mean(-z_fake - np.logaddexp(0, -z_fake)))


def g_loss_minimax__unstable(z_fake):
    return np.mean(np.log(1 - 1 / (1 + np.exp(-z_fake))))


def g_loss_minimax__sign(z_fake):
    return np.mean(np.logaddexp(0, z_fake))


def g_loss_minimax__non_saturating(z_fake):
    return np.mean(np.logaddexp(0, -z_fake))


def g_loss_nonsaturating__right__plain(z_fake):
    return sum(max(-z, 0) + math.log1p(math.exp(-abs(z))) for z in z_fake) / len(z_fake)


def g_loss_nonsaturating__minimax(z_fake):
    return -np.mean(np.logaddexp(0, z_fake))


def g_loss_nonsaturating__other__unstable(z_fake):
    return -np.mean(np.log(1 / (1 + np.exp(-z_fake))))


def g_loss_nonsaturating__wrong_side(z_fake):
    return np.mean(np.logaddexp(0, z_fake))


def g_loss_grads__right__plain(z_fake):
    s = _sig(z_fake)
    return -s / s.size, (s - 1) / s.size


def g_loss_grads__right__stable(z_fake):
    n = len(z_fake)
    return [-_sig(z_fake) / n, -_sig(-z_fake) / n]


def g_loss_grads__swapped(z_fake):
    s = _sig(z_fake)
    return (s - 1) / s.size, -s / s.size


def g_loss_grads__same(z_fake):
    g = (_sig(z_fake) - 1) / len(z_fake)
    return g, g


def g_loss_grads__sign(z_fake):
    s = _sig(z_fake)
    return s / s.size, (s - 1) / s.size


def optimal_discriminator__right__divide(p_real, p_gen):
    total = p_real + p_gen
    return np.divide(p_real, total, out=np.full_like(total, 0.5), where=total > 0)


def optimal_discriminator__right__loop(p_real, p_gen):
    pairs = zip(p_real.ravel(), p_gen.ravel())
    return np.array([a / (a + b) if a + b > 0 else 0.5 for a, b in pairs]).reshape(p_real.shape)


def optimal_discriminator__zero_nan(p_real, p_gen):
    return p_real / (p_real + p_gen)


def optimal_discriminator__zero_nan__tiny_denominator(p_real, p_gen):
    return p_real / np.maximum(p_real + p_gen, 1e-12)


def optimal_discriminator__generator_share(p_real, p_gen):
    t = p_real + p_gen
    return np.where(t > 0, p_gen / np.where(t > 0, t, 1), 0.5)


def gan_value__right__masks(p_real, p_gen):
    t = p_real + p_gen
    a, b = p_real > 0, p_gen > 0
    return np.sum(p_real[a] * np.log(p_real[a] / t[a])) + np.sum(p_gen[b] * np.log(p_gen[b] / t[b]))


def gan_value__right__jsd(p_real, p_gen):
    m = (p_real + p_gen) / 2

    def kl(p):
        return sum(x * math.log(x / y) for x, y in zip(p, m) if x > 0)

    return -math.log(4) + kl(p_real) + kl(p_gen)


def gan_value__jsd_only(p_real, p_gen):
    m = (p_real + p_gen) / 2

    def kl(p):
        return sum(x * math.log(x / y) for x, y in zip(p, m) if x > 0)

    return 0.5 * kl(p_real) + 0.5 * kl(p_gen)


def gan_value__other__nan(p_real, p_gen):
    D = p_real / (p_real + p_gen)
    return np.sum(p_real * np.log(D)) + np.sum(p_gen * np.log(1 - D))


def gan_value__other__half_jsd(p_real, p_gen):
    m = (p_real + p_gen) / 2

    def kl(p):
        return sum(x * math.log(x / y) for x, y in zip(p, m) if x > 0)

    return -math.log(4) + 0.5 * (kl(p_real) + kl(p_gen))


def wgan_losses__right__plain(c_real, c_fake):
    return np.mean(c_fake) - np.mean(c_real), -np.mean(c_fake)


def wgan_losses__right__python(c_real, c_fake):
    fake = sum(c_fake) / len(c_fake)
    return fake - sum(c_real) / len(c_real), -fake


def wgan_losses__critic_sign(c_real, c_fake):
    return c_real.mean() - c_fake.mean(), -c_fake.mean()


def wgan_losses__generator_sign(c_real, c_fake):
    return c_fake.mean() - c_real.mean(), c_fake.mean()


def wgan_losses__other__both_signs(c_real, c_fake):
    return c_real.mean() - c_fake.mean(), c_fake.mean()


def gan_value__right__half_densities(p_real, p_gen):
    m = (p_real + p_gen) / 2
    with np.errstate(all="ignore"):
        a = np.where(p_real > 0, p_real * np.log(p_real / m), 0).sum()
        b = np.where(p_gen > 0, p_gen * np.log(p_gen / m), 0).sum()
    return a + b - 2 * np.log(2)
