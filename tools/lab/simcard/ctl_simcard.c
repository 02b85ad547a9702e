// The controls of a simulated sound card as alsa-lib opens them: `type simcard` of a ctl.
//
// Field: path, that of the card. The controls are Speaker (0 to 64) and Mic (0 to 31), each with a
// switch; who has them open gets an event of each change, as of a real card, when it asks for one
// (nothing wakes it). A switch that is off silences its direction, from the next block that a
// program moves; the volumes change no sound. To see or set them: amixer -D simcard:CARD=kitchen.
#include "card.h"

#include <alsa/asoundlib.h>
#include <alsa/control_external.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct element {
	const char *name;
	int type;
	long most;
} elements[CARD_CONTROLS] = {
	[CARD_SPEAKER_SWITCH] = { "Speaker Playback Switch", SND_CTL_ELEM_TYPE_BOOLEAN, 1 },
	[CARD_SPEAKER_VOLUME] = { "Speaker Playback Volume", SND_CTL_ELEM_TYPE_INTEGER, 64 },
	[CARD_MIC_SWITCH] = { "Mic Capture Switch", SND_CTL_ELEM_TYPE_BOOLEAN, 1 },
	[CARD_MIC_VOLUME] = { "Mic Capture Volume", SND_CTL_ELEM_TYPE_INTEGER, 31 },
};

struct mixer {
	snd_ctl_ext_t ext;
	struct card card;
	/* As this program knows them: what differs is an event for it. */
	int32_t seen[CARD_CONTROLS];
};

static _Atomic int32_t *control(struct mixer *mixer, snd_ctl_ext_key_t key)
{
	return &mixer->card.shared->controls[key];
}

static void close_mixer(snd_ctl_ext_t *ext)
{
	struct mixer *mixer = ext->private_data;
	card_close(&mixer->card);
	free(mixer);
}

static int count(snd_ctl_ext_t *ext)
{
	(void)ext;
	return CARD_CONTROLS;
}

static int list(snd_ctl_ext_t *ext, unsigned int offset, snd_ctl_elem_id_t *id)
{
	(void)ext;
	if (offset >= CARD_CONTROLS)
		return -EINVAL;
	snd_ctl_elem_id_set_interface(id, SND_CTL_ELEM_IFACE_MIXER);
	snd_ctl_elem_id_set_name(id, elements[offset].name);
	return 0;
}

static snd_ctl_ext_key_t find(snd_ctl_ext_t *ext, const snd_ctl_elem_id_t *id)
{
	(void)ext;
	const char *name = snd_ctl_elem_id_get_name(id);
	for (unsigned int i = 0; i < CARD_CONTROLS; i++) {
		if (strcmp(name, elements[i].name) == 0)
			return i;
	}
	return SND_CTL_EXT_KEY_NOT_FOUND;
}

static int attribute(
	snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, int *type, unsigned int *access, unsigned int *count)
{
	(void)ext;
	*type = elements[key].type;
	*access = SND_CTL_EXT_ACCESS_READWRITE;
	*count = 1;
	return 0;
}

static int bounds(
	snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *least, long *most, long *step)
{
	(void)ext;
	*least = 0;
	*most = elements[key].most;
	*step = 1;
	return 0;
}

static int read_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct mixer *mixer = ext->private_data;
	*value = atomic_load(control(mixer, key));
	return 0;
}

static int write_value(snd_ctl_ext_t *ext, snd_ctl_ext_key_t key, long *value)
{
	struct mixer *mixer = ext->private_data;
	if (*value < 0 || *value > elements[key].most)
		return -EINVAL;
	int32_t old = atomic_exchange(control(mixer, key), (int32_t)*value);
	return old != *value;
}

static int read_event(snd_ctl_ext_t *ext, snd_ctl_elem_id_t *id, unsigned int *mask)
{
	struct mixer *mixer = ext->private_data;
	for (unsigned int i = 0; i < CARD_CONTROLS; i++) {
		int32_t now = atomic_load(control(mixer, i));
		if (now == mixer->seen[i])
			continue;
		mixer->seen[i] = now;
		list(ext, i, id);
		*mask = SND_CTL_EVENT_MASK_VALUE;
		return 1;
	}
	return -EAGAIN;
}

static const snd_ctl_ext_callback_t callbacks = {
	.close = close_mixer, .elem_count = count, .elem_list = list, .find_elem = find,
	.get_attribute = attribute, .get_integer_info = bounds, .read_integer = read_value,
	.write_integer = write_value, .read_event = read_event,
};

static const char *path_of(snd_config_t *conf)
{
	snd_config_t *field;
	const char *path;
	if (snd_config_search(conf, "path", &field) < 0 || snd_config_get_string(field, &path) < 0)
		return NULL;
	return path;
}

SND_CTL_PLUGIN_DEFINE_FUNC(simcard)
{
	(void)root;
	const char *path = path_of(conf);
	if (path == NULL)
		return -EINVAL;
	struct mixer *mixer = calloc(1, sizeof *mixer);
	if (mixer == NULL)
		return -ENOMEM;
	int result = card_open(&mixer->card, path, 0);
	if (result < 0) {
		free(mixer);
		return result;
	}
	for (snd_ctl_ext_key_t i = 0; i < CARD_CONTROLS; i++)
		mixer->seen[i] = atomic_load(control(mixer, i));
	mixer->ext = (snd_ctl_ext_t){ .version = SND_CTL_EXT_VERSION, .id = "simcard",
		.driver = "simcard", .name = "simulated sound card", .longname = "simulated sound card",
		.mixername = "simulated mixer", .poll_fd = -1, .callback = &callbacks,
		.private_data = mixer };
	result = snd_ctl_ext_create(&mixer->ext, name, mode);
	if (result < 0) {
		close_mixer(&mixer->ext);
		return result;
	}
	*handlep = mixer->ext.handle;
	return 0;
}

SND_CTL_PLUGIN_SYMBOL(simcard);
