import math


def synonym_replace__right__pop(tokens, synonyms, n, u):
    out = list(tokens)
    candidates = [i for i, w in enumerate(tokens) if synonyms.get(w)]
    for k in range(n):
        if not candidates:
            break
        i = candidates.pop(int(u[2 * k] * len(candidates)))
        options = synonyms[tokens[i]]
        out[i] = options[int(u[2 * k + 1] * len(options))]
    return out


def synonym_replace__right__comprehension(tokens, synonyms, n, u):
    places = [i for i in range(len(tokens)) if tokens[i] in synonyms and len(synonyms[tokens[i]]) > 0]
    chosen = {}
    for k in range(min(n, len(places))):
        c = math.floor(u[2 * k] * len(places))
        i = places[c]
        places = places[:c] + places[c + 1 :]
        s = synonyms[tokens[i]]
        chosen[i] = s[math.floor(u[2 * k + 1] * len(s))]
    return [chosen.get(i, t) for i, t in enumerate(tokens)]


def synonym_replace__first_synonym(tokens, synonyms, n, u):
    out = tokens[:]
    candidates = [i for i, w in enumerate(tokens) if w in synonyms]
    for k in range(min(n, len(candidates))):
        i = candidates.pop(int(u[2 * k] * len(candidates)))
        out[i] = synonyms[tokens[i]][0]
    return out


def synonym_replace__with_replacement(tokens, synonyms, n, u):
    out = list(tokens)
    candidates = [i for i, w in enumerate(tokens) if synonyms.get(w)]
    for k in range(min(n, len(candidates))):
        i = candidates[int(u[2 * k] * len(candidates))]
        options = synonyms[tokens[i]]
        out[i] = options[int(u[2 * k + 1] * len(options))]
    return out


def random_insert__right__insert(tokens, synonyms, n, u):
    out = list(tokens)
    sources = [t for t in tokens if synonyms.get(t)]
    if not sources:
        return out
    for k in range(n):
        word = sources[int(u[3 * k] * len(sources))]
        options = synonyms[word]
        out.insert(int(u[3 * k + 2] * (len(out) + 1)), options[int(u[3 * k + 1] * len(options))])
    return out


def random_insert__right__slices(tokens, synonyms, n, u):
    current, k = tuple(tokens), 0
    sources = [w for w in tokens if synonyms.get(w)]
    while k < n and sources:
        a, b, c = u[3 * k : 3 * k + 3]
        options = synonyms[sources[math.floor(a * len(sources))]]
        p = math.floor(c * (len(current) + 1))
        current = (*current[:p], options[math.floor(b * len(options))], *current[p:])
        k += 1
    return list(current)


def random_insert__never_last(tokens, synonyms, n, u):
    out = list(tokens)
    sources = [t for t in tokens if synonyms.get(t)]
    if not sources:
        return out
    for k in range(n):
        options = synonyms[sources[int(u[3 * k] * len(sources))]]
        out.insert(int(u[3 * k + 2] * len(out)), options[int(u[3 * k + 1] * len(options))])
    return out


def random_insert__feeds_itself(tokens, synonyms, n, u):
    out = list(tokens)
    for k in range(n):
        sources = [t for t in out if synonyms.get(t)]
        if not sources:
            break
        options = synonyms[sources[int(u[3 * k] * len(sources))]]
        out.insert(int(u[3 * k + 2] * (len(out) + 1)), options[int(u[3 * k + 1] * len(options))])
    return out


def random_delete__right__comprehension(tokens, p, u):
    kept = [t for t, v in zip(tokens, u) if v >= p]
    if not kept and tokens:
        kept = [tokens[int(u[len(tokens)] * len(tokens))]]
    return kept


def random_delete__right__loop(tokens, p, u):
    if len(tokens) == 0:
        return []
    out = []
    for i in range(len(tokens)):
        if not u[i] < p:
            out.append(tokens[i])
    return out or [tokens[math.floor(u[-1] * len(tokens))]]


def random_delete__may_be_empty(tokens, p, u):
    return [t for i, t in enumerate(tokens) if u[i] >= p]


def random_delete__inverted(tokens, p, u):
    kept = [t for i, t in enumerate(tokens) if u[i] < p]
    if not kept and tokens:
        kept = [tokens[int(u[len(tokens)] * len(tokens))]]
    return kept


def random_delete__keeps_first(tokens, p, u):
    kept = [t for i, t in enumerate(tokens) if u[i] >= p]
    return kept if kept else tokens[:1]


def random_swap__right__tuple(tokens, pairs):
    out = list(tokens)
    for i, j in pairs:
        out[i], out[j] = out[j], out[i]
    return out


def random_swap__right__temp(tokens, pairs):
    out = tokens.copy() if hasattr(tokens, "copy") else list(tokens)
    for pair in pairs:
        temp = out[pair[0]]
        out[pair[0]] = out[pair[1]]
        out[pair[1]] = temp
    return out


def random_swap__overwrites(tokens, pairs):
    out = list(tokens)
    for i, j in pairs:
        out[i] = out[j]
        out[j] = out[i]
    return out


def random_swap__from_original(tokens, pairs):
    out = list(tokens)
    for i, j in pairs:
        out[i], out[j] = tokens[j], tokens[i]
    return out


def random_swap__other__in_place(tokens, pairs):
    for i, j in pairs:
        tokens[i], tokens[j] = tokens[j], tokens[i]
    return tokens


def back_translate__right__get(tokens, forward, backward):
    return [backward.get(forward.get(t, t), forward.get(t, t)) for t in tokens]


def back_translate__right__loop(tokens, forward, backward):
    result = []
    for t in tokens:
        if t in forward:
            t = forward[t]
        if t in backward:
            t = backward[t]
        result.append(t)
    return result


def back_translate__drops_unknown(tokens, forward, backward):
    there = [forward[t] for t in tokens if t in forward]
    return [backward[t] for t in there if t in backward]


def back_translate__one_way(tokens, forward, backward):
    return [forward.get(t, t) for t in tokens]


def back_translate__drops_unknown__key_error(tokens, forward, backward):
    return [backward[forward[t]] for t in tokens]


def back_translate__other__falls_back_to_original(tokens, forward, backward):
    return [backward.get(forward.get(t, t), t) for t in tokens]
