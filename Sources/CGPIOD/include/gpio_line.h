#ifndef CGPIOD_GPIO_LINE_H
#define CGPIOD_GPIO_LINE_H

int cgpiod_major_version(void);

#endif
