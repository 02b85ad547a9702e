internal import CALSA

/// Opens a device, and agrees with it on its parameters.
///
/// ALSA converts the sound where the card itself cannot do what is needed.
@safe struct PCMOpening {
    /// The device, which the caller must close.
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
            let found = name.resolved(among: cards, for: direction)
            let device = found.map { name.shown(as: $0) } ?? name.description
            do throws(PCMError.Reason) {
                guard let found else { throw .absent }
                return try open(found, found.card(among: cards), device, direction, wanted)
            } catch {
                // The screen output of a machine is no device without its screen; the screen may be
                // at another output.
                guard name == .automatic, error == .absent, case .card(let id)? = found,
                    PCMCard.isForScreen(id), cards.count > 1
                else { throw PCMError(device: device, direction: direction, reason: error) }
                cards.removeAll { $0.id == id }
            }
        }
    }

    /// Opens the card itself, or a device of alsa-lib that converts for it.
    private static func open(
        _ name: PCMName, _ card: PCMCard?, _ device: String, _ direction: PCMError.Direction,
        _ wanted: PCMParameters.Wanted
    ) throws(PCMError.Reason) -> PCMOpening {
        if let card, direction == .capture ? !card.captures : !card.plays { throw .oneWay }
        guard let alsaName = name.alsaName(of: card) else { throw .absent }
        var refusal = PCMError.Reason.absent
        for (place, one) in names(of: alsaName, direction).enumerated() {
            // ALSA would average the channels of a microphone; `ChannelMix` knows better.
            let isAveraged = direction == .capture && place > 0
            do throws(PCMError.Reason) {
                let pcm = try unsafe open(one, direction)
                do throws(PCMError.Reason) {
                    let parameters = try unsafe PCMNegotiation(
                        pcm: pcm, direction: direction, channels: isAveraged ? [2, 1] : [1, 2]
                    ).run(wanted)
                    return unsafe PCMOpening(pcm: pcm, device: device, parameters: parameters)
                } catch {
                    unsafe snd_pcm_close(pcm)
                    throw error
                }
            } catch {
                // ALSA's conversion is only tried where the card's sound has another form, so the
                // card's own refusal explains more.
                if place == 0 { refusal = error }
                guard [.rate, .format, .channels].contains(refusal) else { throw refusal }
            }
        }
        throw refusal
    }

    /// Returns the names to try for a name of alsa-lib, first those without a converter.
    ///
    /// The HDMI outputs of a Pi 4 or 5 take only IEC 958 frames, which alsa-lib's `hdmi` makes and
    /// its `plug` does not.
    static func names(of name: String, _ direction: PCMError.Direction) -> [String] {
        var direct = [name]
        if direction == .playback, name.hasPrefix("hw:"), PCMCard.isForScreen(name) {
            direct.append("hdmi:" + name.dropFirst(3))
        }
        return direct + direct.map { "plug:'" + $0 + "'" }
    }

    /// Opens a device without waiting for it.
    private static func open(
        _ alsaName: String, _ direction: PCMError.Direction
    ) throws(PCMError.Reason) -> OpaquePointer {
        var pcm: OpaquePointer?
        let stream = direction == .capture ? SND_PCM_STREAM_CAPTURE : SND_PCM_STREAM_PLAYBACK
        let result = unsafe snd_pcm_open(&pcm, alsaName, stream, Int32(SND_PCM_NONBLOCK))
        switch -result {
        case ...0: break
        case ENOENT, ENODEV: throw .absent
        case EBUSY, EAGAIN: throw .busy
        case EACCES: throw .notPermitted
        case EPERM: throw .refused
        case let errno: throw .failed(call: "snd_pcm_open", errno: errno)
        }
        guard let pcm = unsafe pcm else { throw .absent }
        return unsafe pcm
    }
}

/// Agrees with a card on the layout of samples and on the period of its interrupts.
@safe struct PCMNegotiation {
    let pcm: OpaquePointer
    let direction: PCMError.Direction
    /// The numbers of channels to try, best first.
    let channels: [Int]

    /// The supported layouts, best first: the fewest bytes that hold our samples.
    private static let layouts: [(PCMFormat, snd_pcm_format_t)] = [
        (.s16, SND_PCM_FORMAT_S16_LE), (.s32, SND_PCM_FORMAT_S32_LE),
        (.s24, SND_PCM_FORMAT_S24_LE), (.s24Packed, SND_PCM_FORMAT_S24_3LE),
    ]
    private static let rate: UInt32 = 48_000
    /// 40 ms, for any length of period.
    private static let captureMin = 1_920

    /// Sets the parameters; afterwards the card is prepared.
    func run(_ wanted: PCMParameters.Wanted) throws(PCMError.Reason) -> PCMParameters {
        var allocated: OpaquePointer?
        try check(unsafe snd_pcm_hw_params_malloc(&allocated), "snd_pcm_hw_params_malloc")
        guard let hardware = unsafe allocated else { throw .absent }
        defer { unsafe snd_pcm_hw_params_free(hardware) }

        let (format, channels) = try unsafe layout(hardware)
        let (period, buffer) = try unsafe sizes(hardware, wanted)
        try check(unsafe snd_pcm_hw_params(pcm, hardware), "snd_pcm_hw_params")
        let fill = direction == .capture ? 0 : min(buffer, period * wanted.periods)
        // Room beyond the fill is free from the start, so it does not mean that sound was played.
        let spare = direction == .capture ? 0 : buffer - fill
        try setSoftware(wakeAt: spare + period)
        return PCMParameters(
            rate: Int(Self.rate), channels: channels, format: format, periodSamples: period,
            bufferSamples: buffer, fillSamples: fill)
    }

    /// Takes the first layout that the card supports; if there is none, finds the missing property.
    private func layout(_ hardware: OpaquePointer) throws(PCMError.Reason) -> (PCMFormat, Int) {
        for (format, code) in Self.layouts {
            for channels in channels {
                try unsafe startOver(hardware)
                if unsafe snd_pcm_hw_params_set_rate(pcm, hardware, Self.rate, 0) == 0,
                    unsafe snd_pcm_hw_params_set_format(pcm, hardware, code) == 0,
                    unsafe snd_pcm_hw_params_set_channels(pcm, hardware, UInt32(channels)) == 0
                {
                    return (format, channels)
                }
            }
        }
        try unsafe startOver(hardware)
        guard unsafe snd_pcm_hw_params_set_rate(pcm, hardware, Self.rate, 0) == 0 else {
            throw .rate
        }
        for (_, code) in Self.layouts
        where unsafe snd_pcm_hw_params_test_format(pcm, hardware, code) == 0 {
            throw .channels
        }
        throw .format
    }

    private func startOver(_ hardware: OpaquePointer) throws(PCMError.Reason) {
        try check(unsafe snd_pcm_hw_params_any(pcm, hardware), "snd_pcm_hw_params_any")
        try check(
            unsafe snd_pcm_hw_params_set_access(
                pcm, hardware, SND_PCM_ACCESS_RW_INTERLEAVED),
            "snd_pcm_hw_params_set_access")
    }

    /// Settles the sizes of period and buffer.
    ///
    /// For playback it asks for one period more than the fill, so that a block that comes a moment
    /// early finds room. For capture it asks for plenty: the loop always empties the buffer, and a
    /// larger one only tolerates a late wake.
    private func sizes(
        _ hardware: OpaquePointer, _ wanted: PCMParameters.Wanted
    ) throws(PCMError.Reason) -> (period: Int, buffer: Int) {
        var period = snd_pcm_uframes_t(wanted.periodSamples)
        try check(
            unsafe snd_pcm_hw_params_set_period_size_near(pcm, hardware, &period, nil),
            "snd_pcm_hw_params_set_period_size_near")
        let periods =
            direction == .capture
            ? max(4, wanted.periods, Self.captureMin / wanted.periodSamples)
            : wanted.periods + 1
        var buffer = period * snd_pcm_uframes_t(periods)
        try check(
            unsafe snd_pcm_hw_params_set_buffer_size_near(pcm, hardware, &buffer),
            "snd_pcm_hw_params_set_buffer_size_near")
        // The size of the buffer may have narrowed the period again.
        try check(
            unsafe snd_pcm_hw_params_get_period_size(hardware, &period, nil),
            "snd_pcm_hw_params_get_period_size")
        return (Int(period), Int(buffer))
    }

    /// Makes the card wake us once a period, and leaves the start to us by a threshold that is
    /// never reached.
    private func setSoftware(wakeAt available: Int) throws(PCMError.Reason) {
        var allocated: OpaquePointer?
        try check(unsafe snd_pcm_sw_params_malloc(&allocated), "snd_pcm_sw_params_malloc")
        guard let software = unsafe allocated else { throw .absent }
        defer { unsafe snd_pcm_sw_params_free(software) }

        try check(unsafe snd_pcm_sw_params_current(pcm, software), "snd_pcm_sw_params_current")
        var boundary: snd_pcm_uframes_t = 0
        try check(
            unsafe snd_pcm_sw_params_get_boundary(software, &boundary),
            "snd_pcm_sw_params_get_boundary")
        try check(
            unsafe snd_pcm_sw_params_set_start_threshold(pcm, software, boundary),
            "snd_pcm_sw_params_set_start_threshold")
        try check(
            unsafe snd_pcm_sw_params_set_avail_min(
                pcm, software, snd_pcm_uframes_t(available)),
            "snd_pcm_sw_params_set_avail_min")
        try check(unsafe snd_pcm_sw_params(pcm, software), "snd_pcm_sw_params")
    }

    private func check(_ result: Int32, _ call: String) throws(PCMError.Reason) {
        guard result < 0 else { return }
        throw .failed(call: call, errno: -result)
    }
}
