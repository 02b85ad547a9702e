internal import Audio
internal import Config
internal import Media
internal import Report
internal import Station

/// What is heard and played now.
extension Snapshot {
    /// What the meters show to those who watch them, but for the sound itself.
    var levels: Levels {
        var levels = Levels()
        levels.name = config.station.name
        levels.microphone = microphoneStatus
        levels.speaker = speakerMeter
        for peer in directory.numbers where peers[peer].isSounding {
            let reading = LevelMeter.Reading(packed: peers[peer].traffic[.meter])
            var talker = Levels.Talker()
            talker.name = directory[peer].name
            (talker.peakDBFS, talker.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
            levels.talkers.append(talker)
        }
        return levels
    }

    var microphoneStatus: Status.Microphone {
        var microphone = Status.Microphone()
        microphone.isOpen = isTalking
        microphone.targets = talkedTo
        if isTalking {
            microphone.bitrate = Int(media[.bitrate])
            microphone.levelDBFS = -Double(media[.microphoneLevel]) / 10
        }
        let snr = media[.signalToNoise]
        if snr > 0 { microphone.snrDB = Double(snr - 1) / 10 }
        microphone.meter = microphoneMeter
        return microphone
    }

    /// The same for every caller, however often it asks: a muted microphone shows nothing, and a
    /// closed one only a level that changes slowly.
    private var microphoneMeter: Status.Meter {
        guard !isTalking else {
            let isOn = isCapturing && !state.isMicrophoneMuted
            return meter(.microphoneMeter, .microphoneClips, isOn: isOn)
        }
        var meter = Status.Meter()
        meter.clips = Int(closedMicrophone.clips)
        guard isCapturing, !state.isMicrophoneMuted else { return meter }
        meter.rmsDBFS = tenths(closedMicrophone.reading.rms)
        return meter
    }

    var speakerMeter: Status.Meter {
        let isPlaying = output.isOpen && switchboard.still[.playback] == nil
        return meter(.speakerMeter, .speakerClips, isOn: isPlaying)
    }

    private func meter(_ reading: MediaCount, _ clips: MediaCount, isOn: Bool) -> Status.Meter {
        var meter = Status.Meter()
        meter.clips = Int(media[clips])
        guard isOn else { return meter }
        let reading = LevelMeter.Reading(packed: media[reading])
        (meter.peakDBFS, meter.rmsDBFS) = (tenths(reading.peak), tenths(reading.rms))
        return meter
    }

    /// What is talked to now: names of channels and peers, each once.
    var talkedTo: [String] {
        let fixed = zip(routing.targets, routing.names)
            .filter { talkingSince[$0.0.id] != nil }.map { $0.1 }
        let aimed = TalkTarget.aimed.filter { talkingSince[$0.id] != nil }
            .compactMap { name(of: $0.id) }
        return fixed + aimed.filter { !fixed.contains($0) }
    }

    func name(of target: Int) -> String? {
        routing.name(of: target, aimedBy: switchboard.aims, directory)
    }
}

/// More places than one nobody reads.
func tenths(_ number: Double) -> Double {
    Double(Int(number < 0 ? number * 10 - 0.5 : number * 10 + 0.5)) / 10
}
