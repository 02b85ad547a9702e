internal import CALSA

/// Opens a device, and agrees with it on its parameters.
///
/// Where the card itself cannot do what is needed, ALSA converts.
@safe struct PCMOpening {
    /// For the caller to close.
    let pcm: OpaquePointer
    /// The name for people, with the card chosen for `auto`.
    let device: String
    let parameters: PCMParameters

    static func run(
        _ name: PCMName, _ direction: PCMError.Direction, _ wanted: PCMParameters.Wanted
    ) throws(PCMError) -> PCMOpening {
        calsa_silence()
        var cards = PCMCard.all
        while true {
            guard let found = name.resolved(among: cards, for: direction) else {
                throw PCMError(device: name.description, direction: direction, reason: .absent)
            }
            do throws(PCMError) {
                let card = found.card(among: cards)
                return try open(found, card, name.shown(as: found), direction, wanted)
            } catch {
                // The output of a machine for a screen is no device while no screen is there; the
                // screen may be at another output.
                guard name == .automatic, error.reason == .absent, case .card(let id) = found,
                    PCMCard.isForScreen(id), cards.count > 1
                else { throw error }
                cards.removeAll { $0.id == id }
            }
        }
    }

    /// Opens the card itself, or a device of alsa-lib's that converts for it.
    private static func open(
        _ name: PCMName, _ card: PCMCard?, _ device: String, _ direction: PCMError.Direction,
        _ wanted: PCMParameters.Wanted
    ) throws(PCMError) -> PCMOpening {
        var refusal = PCMError(device: device, direction: direction, reason: .absent)
        if let card, direction == .capture ? !card.captures : !card.plays {
            throw PCMError(device: device, direction: direction, reason: .oneWay)
        }
        guard let alsaName = name.alsaName(of: card) else { throw refusal }
        for (place, one) in names(of: alsaName, direction).enumerated() {
            // ALSA would average the channels of a microphone; `ChannelMix` knows better.
            let isAveraged = direction == .capture && place > 0
            do throws(PCMError) {
                let pcm = try unsafe open(one, device, direction)
                do throws(PCMError) {
                    let parameters = try unsafe PCMNegotiation(
                        pcm: pcm, device: device, direction: direction,
                        channels: isAveraged ? [2, 1] : [1, 2]
                    ).run(wanted)
                    return unsafe PCMOpening(pcm: pcm, device: device, parameters: parameters)
                } catch {
                    unsafe snd_pcm_close(pcm)
                    throw error
                }
            } catch {
                // Why the card itself was refused says more than why ALSA cannot convert for it.
                if place == 0 { refusal = error }
                guard refusal.isOfForm else { throw refusal }
            }
        }
        throw refusal
    }

    /// The names to try for a name of alsa-lib's, first those without a converter.
    ///
    /// The HDMI outputs of a Pi 4 or 5 take nothing but frames of IEC 958, which alsa-lib's `hdmi`
    /// makes and its `plug` does not.
    static func names(of name: String, _ direction: PCMError.Direction) -> [String] {
        var direct = [name]
        if direction == .playback, name.hasPrefix("hw:"), PCMCard.isForScreen(name) {
            direct.append("hdmi:" + name.dropFirst(3))
        }
        return direct + direct.map { "plug:'" + $0 + "'" }
    }

    /// Opens a device without waiting for it.
    private static func open(
        _ alsaName: String, _ device: String, _ direction: PCMError.Direction
    ) throws(PCMError) -> OpaquePointer {
        func error(_ reason: PCMError.Reason) -> PCMError {
            PCMError(device: device, direction: direction, reason: reason)
        }
        var pcm: OpaquePointer?
        let stream = direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK
        let result = unsafe snd_pcm_open(&pcm, alsaName, stream, Int32(SND_PCM_NONBLOCK))
        switch -result {
        case ...0: break
        case ENOENT, ENODEV: throw error(.absent)
        case EBUSY, EAGAIN: throw error(.busy)
        case EACCES: throw error(.notPermitted)
        case EPERM: throw error(.refused)
        case let errno: throw error(.failed(call: "snd_pcm_open", errno: errno))
        }
        guard let pcm = unsafe pcm else { throw error(.absent) }
        return unsafe pcm
    }
}

extension PCMError {
    /// Whether the card takes or gives sound in another form only.
    fileprivate var isOfForm: Bool {
        switch reason {
        case .rate, .format, .channels: true
        case .absent, .busy, .notPermitted, .refused, .oneWay, .silent, .unplugged, .failed: false
        }
    }
}
