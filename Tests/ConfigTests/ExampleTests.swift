import Config
import Foundation
import Testing

/// The files people copy.
@Suite struct ExampleTests {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("etc")

    private func text(of name: String) throws -> String {
        try String(contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    }

    private func parse(_ main: String, peers: String? = nil) throws -> Config {
        var sources = [ConfigSource(role: .main, path: "main", bytes: Array(main.utf8))]
        if let peers {
            sources.append(ConfigSource(role: .peers, path: "peers", bytes: Array(peers.utf8)))
        }
        return try Config(sources, paths: Paths(stateDirectory: nil, runtimeDirectory: nil))
    }

    @Test func minimalFileIsTenLinesAndWorks() throws {
        let text = try text(of: "minimal.conf")
        #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 11)
        let config = try parse(text)
        #expect(config.buttons.map { $0.talk } == [.channel("house")])
        #expect(config.warnings.isEmpty)
    }

    @Test func fullFileAndPeerFileWorkTogether() throws {
        let config = try parse(
            text(of: "intercomd.conf"), peers: text(of: "peers.d/frontdoor.conf"))
        #expect(config.peers.map { $0.name } == ["frontdoor"])
        #expect(config.peers[0].psk == .file("frontdoor.psk"))
        #expect(config.warnings.isEmpty)
    }

    /// The commented settings are the defaults: uncommented, they change nothing.
    @Test func whatTheFullFileCallsADefaultIsOne() throws {
        let text = try text(of: "intercomd.conf")
        let hidden =
            /(?m)^#(?=\[(?:session|quiet|events|button (?:voice|door)|relay door)\]|[a-z-]+ = )/
        let uncommented = text.replacing(hidden, with: "")
        #expect(uncommented != text)
        let plain = try parse(text)
        let explicit = try parse(uncommented)
        #expect(explicit.quiet.hours == plain.quiet.hours && explicit.quiet.ring == 15)
        #expect(explicit.events.program == plain.events.program)
        #expect(explicit.network.port == plain.network.port)
        #expect(explicit.network.listen == plain.network.listen)
        #expect(explicit.network.dscp == plain.network.dscp)
        #expect(explicit.audio.input == plain.audio.input)
        #expect(explicit.audio.output == plain.audio.output)
        #expect(explicit.audio.period == plain.audio.period)
        #expect(explicit.audio.periods == plain.audio.periods)
        #expect(explicit.audio.bitrate == plain.audio.bitrate)
        #expect(explicit.audio.duplex == plain.audio.duplex)
        #expect(explicit.audio.rxHold == plain.audio.rxHold)
        #expect(explicit.audio.echo == plain.audio.echo)
        #expect(explicit.audio.noiseSuppression == plain.audio.noiseSuppression)
        #expect(explicit.audio.controlsGain == plain.audio.controlsGain)
        #expect(explicit.audio.jitter == plain.audio.jitter)
        #expect(explicit.audio.jitterMax == plain.audio.jitterMax)
        #expect(explicit.talk == plain.talk)
        #expect(explicit.sounds.ring == plain.sounds.ring)
        #expect(explicit.sounds.ringVolume == plain.sounds.ringVolume)
        #expect(explicit.sounds.tonesVolume == plain.sounds.tonesVolume)
        #expect(explicit.sounds.pageVolume == plain.sounds.pageVolume)
        #expect(explicit.sounds.permit == plain.sounds.permit)
        #expect(explicit.call.ringTime == plain.call.ringTime)
        #expect(explicit.policy(ofPeer: "x").call == plain.policy(ofPeer: "x").call)
        #expect(explicit.policy.dropIn == plain.policy.dropIn)
        #expect(explicit.session.rekeyAfter == plain.session.rekeyAfter)
        #expect(explicit.session.rekeyPackets == plain.session.rekeyPackets)
        #expect(explicit.paths == plain.paths)
        #expect(explicit.buttons[0].bias == plain.buttons[0].bias)
        #expect(explicit.buttons[0].active == plain.buttons[0].active)
        #expect(explicit.buttons[0].debounce == plain.buttons[0].debounce)
        #expect(explicit.buttons[0].mode == plain.buttons[0].mode)
        #expect(explicit.channels[0].members == plain.channels[0].members)
        #expect(explicit.channels[0].listen == plain.channels[0].listen)
        #expect(explicit.channels[0].gain == plain.channels[0].gain)
        #expect(explicit.channels[0].isMuted == plain.channels[0].isMuted)
        #expect(explicit.channels[0].priority == plain.channels[0].priority)
        #expect(explicit.audio.duck == plain.audio.duck)
        #expect(explicit.lamps[0].active == plain.lamps[0].active)
    }
}
