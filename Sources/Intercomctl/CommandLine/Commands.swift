extension CommandGroup {
    /// Every command there is, one row each, in the order of intercomctl(1).
    static let all = [
        CommandGroup(
            "Look",
            [
                Command(
                    name: "status", options: ["--json"],
                    help: "how the station, its devices and its peers are", function: showStatus),
                Command(
                    name: "peers", options: ["--json"],
                    help: "the peers alone", function: showPeers),
                Command(
                    name: "monitor", options: ["--json", "--json-lines"],
                    help: "what happens, line by line, until Ctrl-C", function: monitor),
                Command(
                    name: "history", options: ["--missed", "--since", "--limit", "--json"],
                    help: "the calls that were", function: showHistory),
                Command(
                    name: "stats", arguments: "[PEER]", count: 0...1, options: ["--json"],
                    help: "how it sounds, and what the network does to it", function: showStats),
                Command(
                    name: "levels", options: ["--json-lines", "--seconds"],
                    help: "how loud it is, live, until Ctrl-C", function: showLevels),
                Command(
                    name: "metrics", options: [],
                    help: "the status as OpenMetrics text, for a collector",
                    function: printMetrics),
            ]),
        CommandGroup(
            "Talk",
            [
                Command(
                    name: "talk", arguments: "TARGET", count: 1...1,
                    options: ["--seconds", "--json"],
                    help: "talk to a peer or channel until Ctrl-C", function: talk),
                Command(
                    name: "ptt", arguments: "down|up TARGET", count: 2...2,
                    options: ["--no-wait", "--json"],
                    help: "press or let go a talk key for a peer or channel",
                    function: pressTalkKey),
                Command(
                    name: "reply", arguments: "down|up", count: 1...1,
                    options: ["--no-wait", "--json"],
                    help: "a talk key for whoever was heard last", function: reply),
                Command(
                    name: "page", arguments: "TARGET", count: 1...1,
                    options: ["--priority", "--seconds", "--json"],
                    help: "speak to a peer or channel at once, until Ctrl-C", function: page),
                Command(
                    name: "announce", arguments: "TARGET", count: 1...1,
                    options: ["--file", "--priority", "--json"], needed: ["--file"],
                    help: "say a WAV file to a peer or channel", function: announce),
                Command(
                    name: "relay", arguments: "NAME [PEER]", count: 1...2,
                    options: ["--no-wait", "--json"],
                    help: "switch a relay on for its pulse, here or at a peer",
                    function: switchRelay),
                Command(
                    name: "signal", arguments: "PEER", count: 1...1,
                    options: ["--no-wait", "--json"],
                    help: "light the call light of a peer", function: signalPeer),
            ]),
        CommandGroup(
            "Call",
            [
                Command(
                    name: "call", arguments: "TARGET", count: 1...1,
                    options: ["--priority", "--no-wait", "--json"],
                    help: "ring a peer, or all of a channel", function: callTarget),
                Command(
                    name: "answer", options: ["--json"],
                    help: "take the call that rings here", function: answerCall),
                Command(
                    name: "reject", options: ["--json"],
                    help: "turn away the call that rings here", function: rejectCall),
                Command(
                    name: "hangup", options: ["--json"],
                    help: "end the call, or take back one's own", function: hangUp),
                Command(
                    name: "drop-in", arguments: "PEER", count: 1...1,
                    options: ["--no-wait", "--json"],
                    help: "be heard and hear at a peer, where it allows it", function: dropIn),
                Command(
                    name: "listen", arguments: "PEER", count: 1...1,
                    options: ["--no-wait", "--json"],
                    help: "hear a peer's room, where it allows it", function: listenIn),
            ]),
        CommandGroup(
            "Set for now",
            [
                Command(
                    name: "volume", arguments: "[WHAT] [N|+N|-N]", count: 0...2,
                    options: ["--json"],
                    help: "how loud: speaker, ring, tones or page; per cent", function: setVolume),
                Command(
                    name: "mute", arguments: "WHAT", count: 1...1, options: ["--json"],
                    help: "silence mic, speaker, a peer or a channel", function: mute),
                Command(
                    name: "unmute", arguments: "WHAT", count: 1...1, options: ["--json"],
                    help: "let it be heard again", function: unmute),
                Command(
                    name: "dnd", arguments: "[on|off]", count: 0...1,
                    options: ["--for", "--json"],
                    help: "do not disturb, for a while or until it is off",
                    function: setDoNotDisturb),
            ]),
        CommandGroup(
            "Keys and peers",
            [
                Command(
                    name: "key show", options: ["--json", "--fingerprint"],
                    help: "the public key for others, or its fingerprint", function: showPublicKey),
                Command(
                    name: "peer list", options: ["--json"],
                    help: "the peers in the files, with the daemon or without",
                    function: listPeers),
                Command(
                    name: "peer show", arguments: "NAME", count: 1...1, options: ["--json"],
                    help: "the same as show peer", function: showPeer),
                Command(
                    name: "show peer", arguments: "NAME", count: 1...1, options: ["--json"],
                    help: "how a peer is protected, and what it may do here", function: showPeer),
                Command(
                    name: "peer add", arguments: "NAME ADDRESS KEY", count: 3...3,
                    options: ["--psk-file", "--suite", "--gain", "--no-reload", "--json"],
                    help: "make a peer known; ADDRESS - when it calls us", function: addPeer),
                Command(
                    name: "peer set", arguments: "NAME", count: 1...1,
                    options: [
                        "--address", "--psk-file", "--suite", "--gain", "--no-reload", "--json",
                    ],
                    help: "change what is set for a known peer", function: setPeer),
                Command(
                    name: "peer verify", arguments: "NAME DIGITS", count: 2...7,
                    options: ["--no-reload", "--json"],
                    help: "record that a peer's fingerprint was compared", function: verifyPeer),
                Command(
                    name: "peer rename", arguments: "NAME NEW", count: 2...2,
                    options: ["--no-reload", "--json"],
                    help: "give a peer another name on this station", function: renamePeer),
                Command(
                    name: "peer remove", arguments: "NAME", count: 1...1,
                    options: ["--no-reload", "--json"],
                    help: "forget a peer and its pre-shared key", function: removePeer),
            ]),
        CommandGroup(
            "Set up",
            [
                Command(
                    name: "setup", options: ["--name", "--yes", "--force", "--json"],
                    help: "write a first configuration from what is found", function: setUp),
                Command(
                    name: "doctor", arguments: "[TOPIC...]", count: 0...32, options: ["--json"],
                    help: "look for faults, each with what mends it", function: runDoctor),
                Command(
                    name: "config check", options: ["--json"],
                    help: "read the configuration and say what is wrong", function: checkConfig),
                Command(
                    name: "config show", options: ["--effective", "--json"],
                    help: "the configuration with every default", function: showConfig),
                Command(
                    name: "config diff", options: ["--json"],
                    help: "what a reload would change", function: showDifference),
                Command(
                    name: "reload", options: ["--json"],
                    help: "let the daemon read the configuration anew", function: reloadConfig),
            ]),
        CommandGroup(
            "Try devices",
            [
                Command(
                    name: "test speaker", options: ["--json"],
                    help: "play a tone three times", function: testSpeaker),
                Command(
                    name: "test mic", options: ["--json"],
                    help: "show for 3 s how loud the microphone is", function: testMicrophone),
                Command(
                    name: "test loop", options: ["--json"],
                    help: "play, and hear whether the microphone hears it", function: testLoop),
                Command(
                    name: "test latency", arguments: "PEER", count: 1...1, options: ["--json"],
                    help: "how long a voice takes to a peer's ear", function: testLatency),
                Command(
                    name: "test button", arguments: "[NAME]", count: 0...1,
                    options: ["--timeout", "--json"],
                    help: "wait for a press of a talk key", function: testButton),
                Command(
                    name: "test led", arguments: "[NAME]", count: 0...1, options: ["--json"],
                    help: "blink a lamp five times", function: testLamp),
                Command(
                    name: "audio list", options: ["--json"],
                    help: "the sound cards, as input and output take them", function: listAudio),
                Command(
                    name: "audio controls", options: ["--json"],
                    help: "volumes and mutes of the configured cards", function: listControls),
                Command(
                    name: "gpio list", options: ["--json"],
                    help: "the GPIO lines, as line takes them", function: listGPIO),
                Command(
                    name: "keys list", options: ["--json"],
                    help: "keys of keypads and the like, as line takes them",
                    function: listKeypadKeys),
            ]),
        CommandGroup(
            "Help",
            [
                Command(
                    name: "version", options: ["--json"],
                    help: "of this program and of the daemon", function: showVersion),
                Command(
                    name: "help", arguments: "[COMMAND]", count: 0...2, options: [],
                    help: "this, or more of one command", function: showHelp),
            ]),
    ]
}
