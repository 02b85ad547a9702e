package import Audio
internal import Realtime
internal import Station
package import Time

/// New settings on their way to the media loop; the old ones come back in the same box.
///
/// The control thread allocates all of it beforehand, and frees the returned box: the media loop
/// only swaps.
package struct MediaChange: ~Copyable {
    var plan: MediaPlan
    var keys: FixedArray<TalkKeySlot>
    var virtualKeys: FixedArray<TalkKey>
    var spurts: FixedArray<SentTalkspurt>
    /// The place each target and each key had before; nil for a new one.
    let formerTargets: [Int?]
    let formerKeys: [Int?]
    /// A new encoder and new voices; nil if the old ones fit the new settings.
    var encoder: OpusEncoder?
    var voiceSlots: FixedArray<VoiceSlot>?
    private var chain: CaptureChain
    private var reference: EchoReference
    private let changesChain: Bool
    /// Whether `keepsCapturing` changes.
    let changesRest: Bool

    /// Makes all new parts: `formerKeys` has the former place of each talk key whose line was read
    /// there, `firstSequences` the number of each target's first packet.
    package init(
        from former: MediaPlan, to plan: MediaPlan, formerKeys: [Int?], firstSequences: [UInt16],
        at now: Instant
    ) throws(OpusError) {
        formerTargets = plan.targets.map { target in
            former.targets.firstIndex { $0.id == target.id }
        }
        self.formerKeys = formerKeys
        changesRest = former.keepsCapturing != plan.keepsCapturing
        keys = plan.makeKeys(at: now)
        virtualKeys = plan.makeVirtualKeys()
        spurts = plan.makeSpurts(firstSequences)
        encoder = former.profile == plan.profile ? nil : try OpusEncoder(plan.profile)
        let keepsVoices =
            former.jitterPreset == plan.jitterPreset
            && former.sound.blockSamples == plan.sound.blockSamples
        voiceSlots = keepsVoices ? nil : try VoiceSlot.slots(plan)
        let blockSamples = plan.captureBlock
        changesChain = former.capture != plan.capture || former.captureBlock != blockSamples
        // If the present chain stays, one that does nothing.
        chain = CaptureChain(changesChain ? plan.capture : .init(), blockSamples: blockSamples)
        reference = EchoReference(isWanted: changesChain && plan.capture.cancelsEcho)
        self.plan = plan
    }

    /// Exchanges the microphone's chain, if there is a new one.
    mutating func exchangeChain(_ current: inout CaptureChain, _ played: inout EchoReference) {
        guard changesChain else { return }
        swap(&current, &chain)
        swap(&played, &reference)
    }
}
